"""The head of a request -> which operation, and who calls; or what AWS answers instead, in AWS's order:

1. a method other than POST, or a body of a content type that is not the protocol's: status 404, no JSON;
2. a body that is not JSON: SerializationException;
3. X-Amz-Target: UnknownOperationException, also for an operation Stator has not;
4. the signature's material: MissingAuthenticationTokenException, InvalidSignatureException (both kinds at once),
   IncompleteSignatureException.

A signature is not verified here, only its shape; neither are region, service and date of the credential's scope.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from stator.api.pending import IMPLEMENTED, PENDING
from stator.errors import (
    IncompleteSignatureException,
    InvalidSignatureException,
    MissingAuthenticationTokenException,
    ServiceError,
    UnknownOperationException,
)
from stator.limits import CALLERS_REMEMBERED
from stator.wire.answers import JSON, JSON_1_0
from stator.wire.faults import NotOfTheProtocolError
from stator.wire.pieces import refuse_non_json

_ALGORITHM = "AWS4-HMAC-SHA256"
_SCOPE_PARTS = 5


class Caller(msgspec.Struct, frozen=True):
    """Who a request says it is from: key id and region of its credential."""

    access_key_id: str
    region: str


class Head(msgspec.Struct, frozen=True):
    """`content_type` is the answer's."""

    service: str
    operation: str
    caller: Caller
    content_type: bytes


_TARGETS: dict[bytes, tuple[str, str]] = {
    f"{service}.{operation}".encode(): (service, operation)
    for service, operations in IMPLEMENTED.items()
    for operation in operations
}
_callers: dict[bytes, Caller] = {}


def read_head(method: bytes, query: bytes, headers: Mapping[bytes, bytes], body: bytes) -> Head:
    """`headers` by lower-case name; `query` is the target's part after `?`. Raises ServiceError, or
    NotOfTheProtocolError for what gets no JSON at all."""
    if method == b"POST" and headers.get(b"content-type") == JSON_1_0:
        content_type = JSON_1_0
    else:
        content_type = _answer_type(method, headers, body)
    try:
        service, operation = _target(headers.get(b"x-amz-target", b""))
        return Head(service, operation, _caller(headers, query), content_type)
    except ServiceError:
        if body:
            refuse_non_json(body)
        raise


def answer_type(headers: Mapping[bytes, bytes]) -> bytes:
    """The content type that answers a request of the protocol, whether it succeeds or fails."""
    if headers.get(b"content-type") == JSON_1_0:
        return JSON_1_0
    return JSON_1_0 if _media_type(headers) == JSON_1_0 else JSON


def _answer_type(method: bytes, headers: Mapping[bytes, bytes], body: bytes) -> bytes:
    if method != b"POST" or (body and _media_type(headers) not in (JSON_1_0, JSON)):
        raise NotOfTheProtocolError
    return answer_type(headers)


def _media_type(headers: Mapping[bytes, bytes]) -> bytes:
    return headers.get(b"content-type", b"").partition(b";")[0].strip()


def _target(target: bytes) -> tuple[str, str]:
    known = _TARGETS.get(target)
    if known is None:
        raise UnknownOperationException(_reason_pending(target.decode("latin-1")))
    return known


def _reason_pending(target: str) -> str:
    """AWS says nothing more of an unknown operation; of one that AWS has, it helps to know why it is not here."""
    service, _, operation = target.partition(".")
    reason = PENDING.get(service, {}).get(operation)
    return f"Stator does not have {operation} yet: {reason}" if reason else ""


def _caller(headers: Mapping[bytes, bytes], query: bytes) -> Caller:
    signed = headers.get(b"authorization")
    if signed and not query:
        credential, _, rest = signed.partition(b", SignedHeaders=")
        caller = _callers.get(credential)
        if caller is not None and b", Signature=" in rest and b"x-amz-date" in headers:
            return caller
    return _caller_uncached(signed or b"", headers, query)


def _caller_uncached(signed: bytes, headers: Mapping[bytes, bytes], query: bytes) -> Caller:
    header = signed.decode("latin-1")
    parameters = {key: values[-1] for key, values in _parse_query(query).items()}
    if header and "X-Amz-Algorithm" in parameters:
        raise InvalidSignatureException(
            "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."
        )
    if "X-Amz-Algorithm" in parameters:
        return _from_query(parameters)
    if not header.strip().startswith("AWS4-"):
        raise MissingAuthenticationTokenException("Request is missing Authentication Token")
    caller = _from_header(header, headers)
    _remember(signed, caller)
    return caller


def _parse_query(query: bytes) -> dict[str, list[str]]:
    # Imported here: no SDK signs in the query, and the module takes a tenth of the time a server has to start.
    from urllib.parse import parse_qs

    return parse_qs(query.decode("latin-1"), keep_blank_values=True)


def _remember(signed: bytes, caller: Caller) -> None:
    """By the part of the header that a client sends unchanged all day, when that comes first."""
    credential, found, _ = signed.partition(b", SignedHeaders=")
    if not found or b"Signature=" in credential:
        return
    if len(_callers) >= CALLERS_REMEMBERED:
        _callers.clear()
    _callers[credential] = caller


def _from_header(header: str, headers: Mapping[bytes, bytes]) -> Caller:
    algorithm, *words = header.replace(",", " ").split()
    given = dict(word.partition("=")[::2] for word in words)
    lacks = [
        f"Authorization header requires '{name}' parameter. "
        for name in ("Credential", "Signature", "SignedHeaders")
        if not given.get(name)
    ]
    if b"x-amz-date" not in headers and b"date" not in headers:
        lacks.append("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ")
    if lacks:
        raise IncompleteSignatureException(f"{''.join(lacks)}Authorization={header}")
    _check_algorithm(algorithm)
    return _from_credential(given["Credential"])


def _from_query(parameters: dict[str, str]) -> Caller:
    names = ("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date")
    lacks = [
        f"AWS query-string parameters must include '{name}'. " for name in names if not parameters.get(name)
    ]
    if lacks:
        raise IncompleteSignatureException(f"{''.join(lacks)}Re-examine the query-string parameters.")
    _check_algorithm(parameters["X-Amz-Algorithm"])
    return _from_credential(parameters["X-Amz-Credential"])


def _check_algorithm(algorithm: str) -> None:
    if algorithm != _ALGORITHM:
        raise IncompleteSignatureException(
            f"Unsupported AWS 'algorithm': '{algorithm}' (only AWS4-HMAC-SHA256 for now). "
        )


def _from_credential(credential: str) -> Caller:
    """keyid/date/region/service/aws4_request; a key id has no slash."""
    parts = credential.rstrip("/").split("/")
    if len(parts) != _SCOPE_PARTS:
        raise IncompleteSignatureException(
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, "
            f"got '{credential}'"
        )
    return Caller(access_key_id=parts[0], region=parts[2])
