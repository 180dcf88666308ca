"""The head of a request: what AWS checks before it looks at the operation's members, and in which order."""

from __future__ import annotations

import pytest

from stator.api.pending import PENDING
from stator.errors import ServiceError
from stator.limits import CALLERS_REMEMBERED
from stator.wire import requests
from stator.wire.faults import NotOfTheProtocolError
from stator.wire.requests import Caller, answer_type, read_head

JSON_1_0 = b"application/x-amz-json-1.0"
SCOPE = "AKID/20240101/eu-west-1/dynamodb/aws4_request"
SIGNED = f"AWS4-HMAC-SHA256 Credential={SCOPE}, SignedHeaders=host;x-amz-date, Signature=abc".encode()
GOOD = {
    b"x-amz-target": b"DynamoDB_20120810.ListTables",
    b"content-type": JSON_1_0,
    b"x-amz-date": b"20240101T000000Z",
    b"authorization": SIGNED,
}
QUERY = (
    b"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F20240101%2Feu-west-1%2Fdynamodb%2Faws4_request"
    b"&X-Amz-Signature=c&X-Amz-SignedHeaders=host&X-Amz-Date=20240101T000000Z"
)


def _without(*names: bytes) -> dict[bytes, bytes]:
    return {name: value for name, value in GOOD.items() if name not in names}


def _refused(headers: dict[bytes, bytes], query: bytes = b"", body: bytes = b"{}") -> tuple[str, str]:
    with pytest.raises(ServiceError) as refused:
        read_head(b"POST", query, headers, body)
    assert refused.value.status == 400
    return refused.value.code, refused.value.message


def test_a_good_head_names_the_operation_and_the_caller() -> None:
    head = read_head(b"POST", b"", GOOD, b"{}")
    assert (head.service, head.operation) == ("DynamoDB_20120810", "ListTables")
    assert head.caller == Caller("AKID", "eu-west-1")
    assert head.content_type == JSON_1_0


@pytest.mark.parametrize(
    "signed",
    [
        SIGNED,
        SIGNED.replace(b", ", b","),
        SIGNED.replace(b", ", b" "),
        f"AWS4-HMAC-SHA256 Signature=abc, Credential={SCOPE}, SignedHeaders=host".encode(),
        SIGNED.replace(b"aws4_request", b"aws4_request/"),
    ],
)
def test_the_signature_header_is_read_in_every_spelling(signed: bytes) -> None:
    for _ in range(2):
        assert read_head(b"POST", b"", GOOD | {b"authorization": signed}, b"{}").caller.region == "eu-west-1"


def test_a_signed_query_is_taken_as_well() -> None:
    assert read_head(b"POST", QUERY, _without(b"authorization"), b"{}").caller == Caller("AKID", "eu-west-1")


@pytest.mark.parametrize("method", [b"PUT", b"DELETE", b"PATCH", b"OPTIONS", b"HEAD"])
def test_another_method_is_not_of_the_protocol(method: bytes) -> None:
    with pytest.raises(NotOfTheProtocolError):
        read_head(method, b"", GOOD, b"")


@pytest.mark.parametrize(
    "kind", [b"", b"whatever", b"application/x-amz-json-1.1", b"application/jsonasdf", b"text/json"]
)
def test_a_body_of_another_content_type_is_not_of_the_protocol(kind: bytes) -> None:
    with pytest.raises(NotOfTheProtocolError):
        read_head(b"POST", b"", GOOD | {b"content-type": kind}, b"hi")


@pytest.mark.parametrize(
    ("kind", "answered"),
    [
        (JSON_1_0, JSON_1_0),
        (JSON_1_0 + b";blahblah", JSON_1_0),
        (b"application/json", b"application/json"),
        (b"  application/json  ;   asfd", b"application/json"),
    ],
)
def test_the_answer_has_the_requests_content_type(kind: bytes, answered: bytes) -> None:
    headers = GOOD | {b"content-type": kind}
    assert answer_type(headers) == answered
    assert read_head(b"POST", b"", headers, b"{}").content_type == answered


def test_without_a_body_the_content_type_is_not_looked_at() -> None:
    assert read_head(b"POST", b"", _without(b"content-type"), b"").operation == "ListTables"


@pytest.mark.parametrize(
    "target",
    [
        b"",
        b"whatever",
        b"ListTables",
        b"DynamoDB_20120810",
        b"DynamoDB_20120810.",
        b"DynamoDB_20120810.ListTable",
        b"DynamoDB_20120810.listTables",
        b"DynamoDB_20120810.ListTables.",
        b"DynamoDB_20111205.ListTables",
        b"DynamoDBStreams_20120810.ListTables",
        b"DynamoDB_20120810.\xff",
    ],
)
def test_an_unknown_target_is_an_unknown_operation(target: bytes) -> None:
    assert _refused(GOOD | {b"x-amz-target": target}) == ("UnknownOperationException", "")


def test_a_missing_target_is_an_unknown_operation() -> None:
    assert _refused(_without(b"x-amz-target", b"authorization")) == ("UnknownOperationException", "")


@pytest.mark.parametrize("service", PENDING)
def test_an_operation_that_stator_has_not_yet_says_why(
    service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PENDING[service], "TurnItem", "nobody has turned one yet")
    code, message = _refused(GOOD | {b"x-amz-target": f"{service}.TurnItem".encode()})
    assert code == "UnknownOperationException"
    assert message == "Stator does not have TurnItem yet: nobody has turned one yet"


def _lacks(*names: str) -> str:
    return "".join(f"Authorization header requires '{name}' parameter. " for name in names)


NO_DATE = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
AUTH = [
    ("AWS4-", False, _lacks("Credential", "Signature", "SignedHeaders") + NO_DATE),
    ("AWS4- Signature=b Credential=a", True, _lacks("SignedHeaders")),
    ("AWS4- Signature=b,Credential=a", True, _lacks("SignedHeaders")),
    ("AWS4- Signature=b, Credential=a", True, _lacks("SignedHeaders")),
    ("AWS4- Signature=b, Credential, SignedHeaders=c", True, _lacks("Credential")),
    ("AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=f", True, _lacks("Signature")),
]


@pytest.mark.parametrize(("header", "dated", "message"), AUTH)
def test_an_incomplete_header_lists_what_it_lacks(header: str, dated: bool, message: str) -> None:
    headers = (
        _without(b"x-amz-date") | {b"authorization": header.encode()} | ({b"date": b"a"} if dated else {})
    )
    assert _refused(headers) == ("IncompleteSignatureException", f"{message}Authorization={header}")


@pytest.mark.parametrize(
    ("query", "lacking"),
    [
        (
            b"X-Amz-Algorithm",
            ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date"],
        ),
        (b"X-Amz-Algorithm=a&X-Amz-Credential=b&X-Amz-Signature=c&X-Amz-Date=d", ["X-Amz-SignedHeaders"]),
    ],
)
def test_an_incomplete_query_lists_what_it_lacks(query: bytes, lacking: list[str]) -> None:
    message = "".join(f"AWS query-string parameters must include '{name}'. " for name in lacking)
    assert _refused(_without(b"authorization"), query) == (
        "IncompleteSignatureException",
        f"{message}Re-examine the query-string parameters.",
    )


@pytest.mark.parametrize("header", [b"", b"AWS4", b"X", b"Bearer abc", b"Basic AWS4-"])
@pytest.mark.parametrize("query", [b"", b"X-Amz-Algorith", b"X-Amz-Credential=a&X-Amz-Signature=b"])
def test_no_signature_at_all_is_a_missing_token(header: bytes, query: bytes) -> None:
    assert _refused(GOOD | {b"authorization": header}, query) == (
        "MissingAuthenticationTokenException",
        "Request is missing Authentication Token",
    )


@pytest.mark.parametrize("header", [b"X", SIGNED])
@pytest.mark.parametrize("query", [b"X-Amz-Algorithm", QUERY])
def test_both_kinds_of_signature_are_one_too_many(header: bytes, query: bytes) -> None:
    assert _refused(GOOD | {b"authorization": header}, query) == (
        "InvalidSignatureException",
        "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.",
    )


@pytest.mark.parametrize("scope", ["a", "a/b/c/d", "a/b/c/d/e/f"])
def test_a_misshapen_credential_is_shown(scope: str) -> None:
    header = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=abc".encode()
    assert _refused(GOOD | {b"authorization": header}) == (
        "IncompleteSignatureException",
        "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, "
        f"got '{scope}'",
    )


def test_another_algorithm_is_refused() -> None:
    assert _refused(GOOD | {b"authorization": SIGNED.replace(b"SHA256", b"SHA25")}) == (
        "IncompleteSignatureException",
        "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA25' (only AWS4-HMAC-SHA256 for now). ",
    )


@pytest.mark.parametrize(
    "headers",
    [_without(b"x-amz-target"), _without(b"authorization"), GOOD | {b"x-amz-target": b"a"}],
)
def test_a_body_that_is_no_json_is_told_before_target_and_signature(headers: dict[bytes, bytes]) -> None:
    assert _refused(headers, body=b"hi") == ("SerializationException", "")


def test_a_remembered_credential_still_needs_the_rest_of_the_header() -> None:
    read_head(b"POST", b"", GOOD, b"{}")
    cut = SIGNED.partition(b", Signature=")[0]
    assert _refused(GOOD | {b"authorization": cut})[0] == "IncompleteSignatureException"
    assert _refused(_without(b"x-amz-date"))[0] == "IncompleteSignatureException"


def test_no_more_callers_are_remembered_than_the_limit() -> None:
    for number in range(CALLERS_REMEMBERED + 10):
        headers = GOOD | {b"authorization": SIGNED.replace(b"AKID", b"K%d" % number)}
        assert read_head(b"POST", b"", headers, b"{}").caller.access_key_id == f"K{number}"
    assert len(requests._callers) <= CALLERS_REMEMBERED
