"""Objects as imports and exports see them, wherever they are: a folder's files, or what an S3 endpoint has.

Every call but `require` may block, on a disk or a network: jobs make them aside (storage.contract.Aside).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from stator.errors import ValidationException

_ASK = (
    "S3 is not configured: start Stator with --s3-folder PATH, and s3://bucket/key is PATH/bucket/key, "
    "or with --s3-endpoint URL"
)


class ObjectError(OSError):
    """What S3 refused. `code` is S3's own, such as AccessDenied."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class NoSuchBucket(ObjectError):
    def __init__(self) -> None:
        super().__init__("NoSuchBucket", "The specified bucket does not exist")


@dataclass(frozen=True, slots=True)
class Terms:
    """What a write asks of S3 beside the object: the bucket's owner, and the KMS encryption (`kms_key`: None for S3's
    own key). A folder has neither."""

    owner: str | None = None
    kms: bool = False
    kms_key: str | None = None


class Objects(Protocol):
    """Where objects are. Any number of processes may use the same."""

    def require(self) -> None:
        """Raises ValidationException when nothing is configured. Does not block."""

    def has_bucket(self, bucket: str) -> bool:
        """Raises OSError."""

    def keys(self, bucket: str, prefix: str, after: str = "") -> Iterator[str]:
        """The keys that begin with `prefix` and come after `after`, in their order. Raises OSError, also between
        keys."""

    def read(self, bucket: str, key: str) -> BinaryIO:
        """The object, to be read to its end. Raises OSError; so does reading."""

    def write(self, bucket: str, key: str, content: bytes, terms: Terms | None = None) -> None:
        """Puts a whole object in place of whatever has its key. Durable on return. Raises OSError: then the key has
        what it had, or, where nobody can know, the new object, never a part of it."""


class NoObjects:
    """Where nothing is configured: `require` says so, and nobody calls more."""

    def require(self) -> None:
        raise ValidationException(_ASK)

    def has_bucket(self, bucket: str) -> bool:
        """A job that was begun when objects were configured finds no bucket."""
        return False

    def keys(self, bucket: str, prefix: str, after: str = "") -> Iterator[str]:
        raise NoSuchBucket

    def read(self, bucket: str, key: str) -> BinaryIO:
        raise NoSuchBucket

    def write(self, bucket: str, key: str, content: bytes, terms: Terms | None = None) -> None:
        raise NoSuchBucket


def failure_of(error: OSError) -> tuple[str, str]:
    """The FailureCode and FailureMessage of a transfer that met the error: S3's own code after `S3`, as AWS's is. An
    error of a disk or of the network is S3's internal error."""
    if isinstance(error, ObjectError):
        return f"S3{error.code}", str(error)
    if isinstance(error, FileNotFoundError):
        return "S3NoSuchKey", "The specified key does not exist."
    if isinstance(error, PermissionError):
        return "S3AccessDenied", f"Access Denied: {error.strerror}"
    return "S3InternalError", error.strerror or str(error)
