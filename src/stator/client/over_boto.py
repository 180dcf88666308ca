"""A transport through boto3: AWS itself, or wherever a boto3 Session, client or resource goes.

Credentials, retries, endpoints and signatures are botocore's. Only shapes are changed: botocore has bytes and datetimes
where the wire has base64 and seconds.
"""

from __future__ import annotations

import re
import threading
from typing import Any

from stator.api.operations import service_of
from stator.api.shapes import STREAMS
from stator.client.faults import fault
from stator.client.low_level import answer_to_wire, moment, request_from_wire, seconds, to_wire
from stator.client.model_walk import Leaves, answer_converter, request_converter
from stator.client.native.values import Values
from stator.errors import StatorError, UnreachableError, ValidationException

_SERVICES = ("dynamodb", "dynamodbstreams")


class OverBoto:
    """Safe to share between threads, as botocore's clients are. `target` is a boto3 Session, a client or a resource of
    dynamodb. The clients that this makes itself are closed with it."""

    def __init__(self, target: Any, *, region: str | None = None, endpoint_url: str | None = None) -> None:
        self._lock = threading.Lock()
        self._closed = False
        self._clients: dict[str, Any] = {}
        self._own: list[Any] = []
        self._session: Any = None
        self._plain: Values | None = None
        self._made_with = {"region_name": region, "endpoint_url": endpoint_url}
        if is_session(target):
            self._session = target
        else:
            # A resource's client takes and gives Python's values in the place of attribute values
            self._plain = Values("decimal") if is_resource(target) else None
            client = target.meta.client if is_resource(target) else target
            if not is_client(client):
                raise StatorError(f"{target!r} is no boto3 Session, client or resource")
            self._clients[client.meta.service_model.service_name] = client
        self.region: str = region or self._client("dynamodb").meta.region_name

    def call(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """As Transport's."""
        if self._closed:
            raise StatorError("This database is closed.")
        from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError
        from botocore.exceptions import ConnectionError as Disconnected

        of_streams = service_of(operation) == STREAMS
        client = self._client("dynamodbstreams" if of_streams else "dynamodb")
        plain = None if of_streams else self._plain
        try:
            arguments = _arguments(operation, request, plain)
            answer = getattr(client, snake_case(operation))(**arguments)
        except ClientError as error:
            raise _translated(error.response) from error
        except Disconnected as error:
            raise UnreachableError(str(error)) from error
        except ParamValidationError as error:  # the caller's fault, which the service would have found
            raise ValidationException(str(error)) from error
        except BotoCoreError as error:
            raise StatorError(str(error)) from error
        answer.pop("ResponseMetadata", None)
        return _wire_answer(operation, answer, plain)

    def close(self) -> None:
        self._closed = True
        with self._lock:
            for client in self._own:
                client.close()
            self._own.clear()

    def _client(self, service: str) -> Any:
        client = self._clients.get(service)
        if client is not None:
            return client
        with self._lock:
            if service not in self._clients:
                made = self._made(service)
                self._own.append(made)
                self._clients[service] = made
            return self._clients[service]

    def _made(self, service: str) -> Any:
        if self._session is not None:
            return self._session.client(service, **self._made_with)
        return _sibling(next(iter(self._clients.values())), service)


def _arguments(operation: str, request: dict[str, Any], plain: Values | None) -> dict[str, Any]:
    convert = request_from_wire(operation)
    if plain is not None:
        convert = request_converter(operation, Leaves(plain.from_wire, moment)) or convert
    arguments: dict[str, Any] = convert(request)
    return arguments


def _wire_answer(operation: str, answer: dict[str, Any], plain: Values | None) -> dict[str, Any]:
    convert = answer_to_wire(operation)
    if plain is not None:
        convert = answer_converter(operation, Leaves(plain.to_wire, seconds)) or convert
    wire: dict[str, Any] = convert(answer)
    return wire


def is_session(target: Any) -> bool:
    """Told by what it has: boto3 is not loaded to ask."""
    return callable(getattr(target, "client", None)) and callable(getattr(target, "get_credentials", None))


def is_resource(target: Any) -> bool:
    return is_client(getattr(getattr(target, "meta", None), "client", None))


def is_client(target: Any) -> bool:
    model = getattr(getattr(target, "meta", None), "service_model", None)
    return getattr(model, "service_name", None) in _SERVICES


def snake_case(operation: str) -> str:
    """The name of an operation, or of a member, as boto3 spells it: GetItem is get_item, SSEType is sse_type."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", operation).lower()


def _sibling(client: Any, service: str) -> Any:
    """A client of the other service that goes where `client` goes, with its credentials."""
    from botocore.session import Session

    session = Session()
    session._credentials = client._request_signer._credentials
    meta = client.meta
    on_aws = ".amazonaws." in meta.endpoint_url
    return session.create_client(
        service,
        region_name=meta.region_name,
        endpoint_url=None if on_aws else meta.endpoint_url,
        config=meta.config,
    )


def _translated(response: dict[str, Any]) -> Any:
    members = dict(response)
    error = members.pop("Error", {})
    members.pop("ResponseMetadata", None)
    message = error.get("Message") or members.pop("message", members.pop("Message", ""))
    members.pop("message", None)
    members.pop("Message", None)
    if "Item" in members:
        members["Item"] = {name: to_wire(value) for name, value in members["Item"].items()}
    if "CancellationReasons" in members:
        members["CancellationReasons"] = [_reason_to_wire(each) for each in members["CancellationReasons"]]
    return fault(error.get("Code", "UnknownError"), message, members)


def _reason_to_wire(reason: dict[str, Any]) -> dict[str, Any]:
    if "Item" not in reason:
        return reason
    return {**reason, "Item": {name: to_wire(value) for name, value in reason["Item"].items()}}
