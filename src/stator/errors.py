"""The two families of errors.

`ServiceError` is the caller's: an error that AWS's model names, with AWS's message. It crosses every layer
unchanged and becomes an HTTP answer or a botocore exception. `StatorError` is ours: corruption, a full disk, a
wrong setting. It is loud and says the place.

A ServiceError's `type_prefix` is what precedes `#` in the wire's `__type`; AWS spells it per family of errors.
"""

from __future__ import annotations

from typing import Any, ClassVar

DYNAMODB = "com.amazonaws.dynamodb.v20120810"
CORAL_VALIDATE = "com.amazon.coral.validate"
CORAL_SERVICE = "com.amazon.coral.service"
CORAL_AVAILABILITY = "com.amazon.coral.availability"


class ServiceError(Exception):
    """An error that AWS models. `extra` holds members besides the message (Item, CancellationReasons)."""

    type_prefix: ClassVar[str] = DYNAMODB
    status: ClassVar[int] = 400
    message_member: ClassVar[str] = "message"

    def __init__(self, message: str = "", **extra: Any) -> None:
        super().__init__(message)
        self.message = message
        self.extra = extra

    @property
    def code(self) -> str:
        return type(self).__name__


class ValidationException(ServiceError):
    type_prefix = CORAL_VALIDATE


class InvalidAttributeValue(ValidationException):
    """A ValidationException about an attribute value. AWS words some of these in two ways: `message` is the
    older validation layer's (BatchWriteItem, transactions, Scan), `current` that of all other operations."""

    def __init__(self, message: str, current: str | None = None) -> None:
        super().__init__(message)
        self.current = message if current is None else current

    @property
    def code(self) -> str:
        return "ValidationException"


class EmptyKeyValue(ValidationException):
    """A ValidationException about a key attribute with nothing in it. In a transaction, where other faults of one
    item cancel with a reason, AWS answers this one for the whole request."""

    @property
    def code(self) -> str:
        return "ValidationException"


class SerializationException(ServiceError):
    type_prefix = CORAL_SERVICE
    message_member = "Message"


class UnknownOperationException(ServiceError):
    type_prefix = CORAL_SERVICE


class MissingAuthenticationTokenException(ServiceError):
    type_prefix = CORAL_SERVICE


class IncompleteSignatureException(ServiceError):
    type_prefix = CORAL_SERVICE


class InvalidSignatureException(ServiceError):
    type_prefix = CORAL_SERVICE


class UnrecognizedClientException(ServiceError):
    type_prefix = CORAL_SERVICE


class AccessDeniedException(ServiceError):
    type_prefix = CORAL_SERVICE


class ThrottlingException(ServiceError):
    type_prefix = CORAL_AVAILABILITY


class ResourceNotFoundException(ServiceError):
    pass


class ResourceInUseException(ServiceError):
    pass


class LimitExceededException(ServiceError):
    pass


class TableNotFoundException(ServiceError):
    pass


class TableAlreadyExistsException(ServiceError):
    pass


class TableInUseException(ServiceError):
    pass


class BackupNotFoundException(ServiceError):
    pass


class BackupInUseException(ServiceError):
    pass


class ContinuousBackupsUnavailableException(ServiceError):
    pass


class PointInTimeRecoveryUnavailableException(ServiceError):
    pass


class InvalidRestoreTimeException(ServiceError):
    pass


class ConditionalCheckFailedException(ServiceError):
    """`item` is the stored item as wire JSON bytes, when the request asked for it. `size`: bytes of the item that was
    there, which the refusal costs."""

    size = 0


class DuplicateItemException(ServiceError):
    pass


class ItemCollectionSizeLimitExceededException(ServiceError):
    pass


class ProvisionedThroughputExceededException(ServiceError):
    pass


class ExportConflictException(ServiceError):
    pass


class ExportNotFoundException(ServiceError):
    pass


class InvalidExportTimeException(ServiceError):
    pass


class ImportConflictException(ServiceError):
    pass


class ImportNotFoundException(ServiceError):
    pass


class PolicyNotFoundException(ServiceError):
    pass


class GlobalTableNotFoundException(ServiceError):
    pass


class TransactionConflictException(ServiceError):
    pass


class TransactionCanceledException(ServiceError):
    """`extra` has CancellationReasons, one an action, in their order."""

    message_member = "Message"


class TransactionInProgressException(ServiceError):
    message_member = "Message"


class IdempotentParameterMismatchException(ServiceError):
    message_member = "Message"


class ExpiredIteratorException(ServiceError):
    pass


class TrimmedDataAccessException(ServiceError):
    pass


class InternalServerError(ServiceError):
    status = 500


class ServiceUnavailable(ServiceError):
    type_prefix = CORAL_SERVICE
    status = 503


class StatorError(Exception):
    """Ours, not the caller's: says what is wrong, where, and what to do."""


class CorruptionError(StatorError):
    """Stored bytes that fail their checksum or break an invariant. Nothing was written."""


class StoreFullError(StatorError):
    """The disk is full or a quota is reached; the group that met it wrote nothing."""


class StoreReadOnlyError(StatorError):
    """The file or its folder cannot be written."""


class StoreFailedError(StatorError):
    """The store failed while a group was applied or committed; nothing of the group was written."""


class StoreBusyError(StoreFailedError):
    """Another program held the file's lock for too long; nothing was written."""


class UnsupportedFileError(StatorError):
    """A file that is no Stator file, or one of a newer format. It was left untouched."""


class SettingError(StatorError):
    """A setting that is wrong: its name, and what is allowed."""


class BudgetExceededError(StatorError):
    """A key, a value or a transaction over the store's stated budget. Nothing of that work was written."""


class LimitedElsewhereError(StatorError):
    """A read of what is limited, in a process that does not hold the limits: another one has to do it."""


class UnreachableError(StatorError):
    """The database is elsewhere and did not answer: the endpoint, and what was met on the way."""


class LeaseLostError(StatorError):
    """A step of background work met another process's lease; it wrote nothing."""


class MissingLibraryError(StatorError, ImportError):
    """A library that only some of Stator needs is not installed: its name, and how to install it."""


class OtherServiceError(StatorError):
    """A call to another service of AWS, where only DynamoDB is to be reached; nothing was sent."""


class WaitError(StatorError):
    """A waiter that met a state from which what it waits for does not come, or that waited for too long."""
