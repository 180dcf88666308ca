"""Resource policies: put, given back in canonical form, replaced under a revision, deleted; and what is no policy."""

from __future__ import annotations

import json
from typing import Any

import pytest
from doors import Door, InProcessDoor, Refusal

from stator.api.shapes import DYNAMODB, service
from stator.api.tables.policy_documents import canonical_policy
from stator.clock import ManualClock
from stator.engine.database import Database, Options
from stator.storage.memory import MemoryStore

ACCOUNT = "000000000000"
ARN = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/music"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
INVALID = "One or more parameter values were invalid: "
BAD_POLICY = INVALID + "Invalid policy document: "
NO_POLICY = "Resource-based policy not found for the provided ResourceArn: "
CANONICAL = (
    '{"Version":"2012-10-17","Statement":[{"Sid":"Read","Effect":"Allow","Principal":{"AWS":"' + ROOT + '"},'
    '"Action":"dynamodb:GetItem","Resource":"' + ARN + '"}]}'
)


def statement(**changes: Any) -> dict[str, Any]:
    """One that is canonical but for `changes`; a change to None leaves the member out."""
    given = {
        "Sid": "Read",
        "Effect": "Allow",
        "Principal": {"AWS": ROOT},
        "Action": "dynamodb:GetItem",
        "Resource": ARN,
        **changes,
    }
    return {name: value for name, value in given.items() if value is not None}


def policy(*statements: dict[str, Any], **members: Any) -> str:
    return json.dumps(
        {"Version": "2012-10-17", "Statement": list(statements), **members}, separators=(",", ":")
    )


def create(door: Door, **members: Any) -> dict[str, Any]:
    return door.call(
        "CreateTable",
        {
            "TableName": "music",
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
            **members,
        },
    )["TableDescription"]


def put(door: Door, text: str = CANONICAL, arn: str = ARN, **members: Any) -> str:
    answer = door.call("PutResourcePolicy", {"ResourceArn": arn, "Policy": text, **members})
    assert answer.keys() == {"RevisionId"}
    revision: str = answer["RevisionId"]
    return revision


def get(door: Door, arn: str = ARN) -> tuple[str, str]:
    answer = door.call("GetResourcePolicy", {"ResourceArn": arn})
    return answer["Policy"], answer["RevisionId"]


def refusal(door: Door, operation: str, **request: Any) -> tuple[str, str]:
    with pytest.raises(Refusal) as refused:
        door.call(operation, {"ResourceArn": ARN, **request})
    return refused.value.code, refused.value.message


def test_a_policy_is_given_back_under_the_time_of_its_change(door: Door, clock: ManualClock) -> None:
    create(door)
    assert put(door) == "1700000000000"
    clock.advance(1.5)
    assert get(door) == (CANONICAL, "1700000000000")


def test_a_table_without_a_policy_says_so(door: Door) -> None:
    create(door)
    assert refusal(door, "GetResourcePolicy") == ("PolicyNotFoundException", NO_POLICY + ARN)


def test_deleting_where_there_is_no_policy_is_no_error(door: Door) -> None:
    create(door)
    assert door.call("DeleteResourcePolicy", {"ResourceArn": ARN}) == {}


def test_a_deleted_policy_is_gone_and_its_revision_is_answered(door: Door) -> None:
    create(door)
    revision = put(door)
    assert door.call("DeleteResourcePolicy", {"ResourceArn": ARN}) == {"RevisionId": revision}
    assert refusal(door, "GetResourcePolicy") == ("PolicyNotFoundException", NO_POLICY + ARN)


def test_a_policy_given_at_creation_is_there_and_no_part_of_the_description(door: Door) -> None:
    assert "ResourcePolicy" not in create(door, ResourcePolicy=CANONICAL)
    assert get(door) == (CANONICAL, "1700000000000")


def test_an_equal_policy_keeps_its_revision_and_another_gets_a_later_one(
    door: Door, clock: ManualClock
) -> None:
    create(door)
    first = put(door)
    clock.advance(20)
    assert put(door, json.dumps(json.loads(CANONICAL), indent=2)) == first
    second = put(door, policy(statement(Action="dynamodb:PutItem")))
    assert int(second) > int(first)
    assert int(put(door, policy(statement(Action="dynamodb:Query")))) > int(second)


def test_a_revision_that_is_expected_must_be_the_present_one(door: Door) -> None:
    create(door)
    first = put(door, ExpectedRevisionId="NO_POLICY")
    second = put(door, policy(statement(Action="dynamodb:PutItem")), ExpectedRevisionId=first)
    for operation in ("PutResourcePolicy", "DeleteResourcePolicy"):
        document = {"Policy": CANONICAL} if operation.startswith("Put") else {}
        assert refusal(door, operation, ExpectedRevisionId=first, **document) == (
            "PolicyNotFoundException",
            f"{NO_POLICY}Requested update for policy with revision id {first}, but the policy associated to target "
            f"table music has revision id {second}.",
        )
    assert refusal(door, "PutResourcePolicy", ExpectedRevisionId="NO_POLICY", Policy=CANONICAL) == (
        "PolicyNotFoundException",
        f"{NO_POLICY}Requested policy update expecting none to be present for table music, but a policy exists with "
        f"revision id {second}.",
    )
    assert get(door)[1] == second
    door.call("DeleteResourcePolicy", {"ResourceArn": ARN, "ExpectedRevisionId": second})
    assert refusal(door, "PutResourcePolicy", ExpectedRevisionId=second, Policy=CANONICAL) == (
        "PolicyNotFoundException",
        f"{NO_POLICY}Requested update for policy with revision id {second}, but table music has no associated policy.",
    )


def test_a_streams_policy_is_apart_from_its_tables(door: Door) -> None:
    stream = create(door, StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"})[
        "LatestStreamArn"
    ]
    text = policy(statement(Action="dynamodb:GetRecords", Resource=stream))
    assert refusal(door, "GetResourcePolicy", ResourceArn=stream) == (
        "PolicyNotFoundException",
        NO_POLICY + stream,
    )
    revision = put(door, text, stream)
    assert get(door, stream) == (text, revision)
    assert refusal(door, "GetResourcePolicy") == ("PolicyNotFoundException", NO_POLICY + ARN)
    put(door)
    door.call("DeleteResourcePolicy", {"ResourceArn": stream})
    assert get(door)[0] == CANONICAL


def test_a_streams_policy_is_about_the_stream(door: Door) -> None:
    stream = create(door, StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"})[
        "LatestStreamArn"
    ]
    of_items = policy(statement(Resource=stream))
    assert refusal(door, "PutResourcePolicy", ResourceArn=stream, Policy=of_items) == (
        "ValidationException",
        BAD_POLICY + 'The following action names are invalid: "dynamodb:GetItem"',
    )
    of_table = policy(statement(Action="dynamodb:GetRecords"))
    assert refusal(door, "PutResourcePolicy", ResourceArn=stream, Policy=of_table) == (
        "ValidationException",
        BAD_POLICY + f'The relative-id "table/music" is invalid for ARN "{ARN}"',
    )


def test_the_policies_of_streams_that_are_gone_are_not_kept(
    door: Door, db: Database, clock: ManualClock
) -> None:
    on = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    first = create(door, StreamSpecification=on)["LatestStreamArn"]
    put(door, policy(statement(Action="dynamodb:GetRecords", Resource=first)), first)
    door.call("UpdateTable", {"TableName": "music", "StreamSpecification": {"StreamEnabled": False}})
    clock.advance(25 * 3600)
    request = {"TableName": "music", "StreamSpecification": on}
    second = door.call("UpdateTable", request)["TableDescription"]["LatestStreamArn"]
    put(door, policy(statement(Action="dynamodb:GetRecords", Resource=second)), second)
    description = db.catalogue.table(ACCOUNT, "us-east-1", "music").description
    assert list(description.stream_policies) == [second.rpartition("/")[2]]


CALLS: list[tuple[str, dict[str, Any]]] = [
    ("GetResourcePolicy", {}),
    ("PutResourcePolicy", {"Policy": CANONICAL}),
    ("DeleteResourcePolicy", {}),
]


@pytest.mark.parametrize(("operation", "members"), CALLS)
def test_a_table_that_is_not_there_is_named(door: Door, operation: str, members: dict[str, Any]) -> None:
    assert refusal(door, operation, **members) == (
        "ResourceNotFoundException",
        "Requested resource not found: Table: music not found",
    )


def test_a_stream_that_is_not_there_is_named(door: Door) -> None:
    create(door)
    label = "2000-01-01T00:00:00.000"
    assert refusal(door, "GetResourcePolicy", ResourceArn=f"{ARN}/stream/{label}") == (
        "ResourceNotFoundException",
        f"Requested resource not found: Stream: {label} not found for Table: music",
    )


ARNS = [
    ("music", "ARNs must start with 'arn:': music"),
    (f"{ARN}/backup/0170", f"Provided Arn is not a DynamoDB resource arn: {ARN}/backup/0170"),
    (
        f"{ARN}/index/i",
        f"Invalid resource arn provided, only table or stream is accepted. Provided resource arn: {ARN}/index/i",
    ),
    (ARN.replace("aws", "aws-cn", 1), f"Invalid resource Arn: {ARN.replace('aws', 'aws-cn', 1)}"),
]


@pytest.mark.parametrize(("operation", "members"), CALLS)
@pytest.mark.parametrize(("arn", "message"), ARNS)
def test_what_is_no_arn_of_a_table_or_stream_is_refused(
    door: Door, operation: str, members: dict[str, Any], arn: str, message: str
) -> None:
    create(door)
    assert refusal(door, operation, **{**members, "ResourceArn": arn}) == (
        "ValidationException",
        INVALID + message,
    )


def test_where_accounts_are_apart_another_accounts_policies_are_not_to_be_had() -> None:
    door = InProcessDoor(Database(MemoryStore(), Options(namespace="account-region")))
    assert refusal(door, "GetResourcePolicy", ResourceArn=ARN.replace(ACCOUNT, "1" * 12)) == (
        "ValidationException",
        "This action is only supported by accounts that match the resource owner\u2019s account.",
    )
    elsewhere = ARN.replace("us-east-1", "us-west-2")
    assert refusal(door, "GetResourcePolicy", ResourceArn=elsewhere) == (
        "ValidationException",
        f"{INVALID}Invalid resource Arn: {elsewhere}",
    )


REFUSED: list[tuple[str, str]] = [
    ("", BAD_POLICY + "This policy contains invalid Json"),
    ("[]", BAD_POLICY + "This policy contains invalid Json"),
    ("{", BAD_POLICY + "This policy contains invalid Json"),
    ("[" * 20000, BAD_POLICY + "This policy contains invalid Json"),
    ("null", BAD_POLICY + "This text appears not to be a policy"),
    ("{}", BAD_POLICY + "Syntax error at position (1,3)"),
    (policy(), BAD_POLICY + "Could not parse the policy: Statement is empty!"),
    (policy({}), BAD_POLICY + "Missing required field Effect"),
    (policy(statement(Principal=None)), BAD_POLICY + "Missing required field Principal"),
    (policy(statement(Action=None)), BAD_POLICY + "Missing required field Action"),
    (policy(statement(Resource=None)), BAD_POLICY + "Missing required field Resource"),
    (
        policy(statement(), Version="2020-01-01"),
        BAD_POLICY + "The policy must contain a valid version string.",
    ),
    (policy(statement(), statement()), BAD_POLICY + "The Statement Ids in the policy are not unique"),
    (
        policy(
            statement(
                Action=["dynamodb:ListStreams", "dynamodb:GetItem", "dynamodb:GetRecords", "s3:GetObject"]
            )
        ),
        BAD_POLICY
        + 'The following action names are invalid: "dynamodb:ListStreams", "dynamodb:GetRecords", "s3:GetObject"',
    ),
    (policy(statement()) + " " * 20480, INVALID + "Maximum policy size of 20480 bytes exceeded"),
    *(
        (
            policy(statement(Principal=everyone)),
            "Resource-based policy grants unbounded access in one or more elements. Please revise the policy to ensure "
            "least-privilege form of access",
        )
        for everyone in ("*", {"AWS": "*"}, {"AWS": [ROOT, "*"]})
    ),
]
MALFORMED = [
    policy(statement(Effect="Perhaps")),
    policy(statement(Effect=1)),
    policy(statement(Action=[])),
    policy(statement(Action=1)),
    policy(statement(Principal=[])),
    policy(statement(Principal={"AWS": 1})),
    policy(statement(Condition=[])),
    policy(statement(Extra=1)),
    policy(statement(), Extra=1),
    '{"Statement": 1}',
    '{"Statement": [1]}',
]


@pytest.mark.parametrize(("text", "message"), REFUSED, ids=range(len(REFUSED)))
def test_what_is_no_policy_is_refused_and_at_creation_too(door: Door, text: str, message: str) -> None:
    with pytest.raises(Refusal) as refused:
        create(door, ResourcePolicy=text)
    assert (refused.value.code, refused.value.message) == ("ValidationException", message)
    create(door)
    assert refusal(door, "PutResourcePolicy", Policy=text) == ("ValidationException", message)


@pytest.mark.parametrize("text", MALFORMED)
def test_what_has_the_wrong_shape_is_a_syntax_error_with_its_place(door: Door, text: str) -> None:
    create(door)
    code, message = refusal(door, "PutResourcePolicy", Policy=text)
    assert (code, message) == (
        "ValidationException",
        f"{BAD_POLICY}Syntax error at position (1,{len(text) + 1})",
    )


def test_the_place_of_a_bare_account_is_after_it(door: Door) -> None:
    create(door)
    text = json.dumps({"Statement": [statement(Principal=ACCOUNT)]}, indent=1)
    line = next(number for number, each in enumerate(text.split("\n"), 1) if "Principal" in each)
    column = len(text.split("\n")[line - 1])
    assert (
        refusal(door, "PutResourcePolicy", Policy=text)[1]
        == f"{BAD_POLICY}Syntax error at position ({line},{column})"
    )


@pytest.mark.parametrize(
    "given",
    [
        statement(Action=["dynamodb:GetItem"], Resource=[ARN]),
        statement(Principal={"AWS": ACCOUNT}),
        statement(Principal={"AWS": [ACCOUNT, ROOT]}),
        statement(Effect="allow"),
        dict(reversed(statement().items())),
    ],
)
def test_what_means_the_same_is_the_same_policy(door: Door, given: dict[str, Any]) -> None:
    create(door)
    revision = put(door, policy(given))
    assert get(door)[0] == CANONICAL
    assert put(door, CANONICAL) == revision
    assert put(door, json.dumps({"Statement": given, "Version": "2012-10-17"})) == revision


@pytest.mark.parametrize(
    "given",
    [
        statement(Action=["dynamodb:GetItem", "dynamodb:GetItem", "dynamodb:Query"]),
        statement(Action="dynamodb:getitem"),
        statement(Action="dynamodb:*", Resource="*"),
        statement(
            Sid=None, Resource=[ARN, f"{ARN}/index/i"], Condition={"StringEquals": {"aws:x": ["é", 1]}}
        ),
        {"Effect": "Deny", "NotPrincipal": {"Service": "x"}, "NotAction": "dynamodb:*", "NotResource": ARN},
        statement(Principal="*", Condition={"Bool": {"aws:SecureTransport": True}}),
    ],
)
def test_the_canonical_form_of_what_is_canonical_is_itself(given: dict[str, Any]) -> None:
    text = json.dumps(
        {"Version": "2008-10-17", "Statement": [given]}, separators=(",", ":"), ensure_ascii=False
    )
    assert canonical_policy(text) == text


def test_without_a_version_it_is_shown_with_the_oldest_and_is_another_policy_than_with_it(door: Door) -> None:
    create(door)
    without = json.dumps({"Statement": [statement()]})
    first = put(door, without)
    shown, _ = get(door)
    assert shown == CANONICAL.replace("2012-10-17", "2008-10-17")
    assert put(door, without) == first
    assert put(door, shown) != first


@pytest.mark.parametrize("action", ["dynamodb:PutResourcePolicy", "dynamodb:*", "dynamodb:put*Policy", "*"])
def test_a_policy_that_lets_nobody_change_it_must_be_confirmed(door: Door, action: str) -> None:
    create(door)
    text = policy(statement(Effect="Deny", Principal="*", Action=action))
    for members in ({}, {"ConfirmRemoveSelfResourceAccess": False}):
        assert refusal(door, "PutResourcePolicy", Policy=text, **members) == (
            "AccessDeniedException",
            "The new resource policy will not allow you to update the resource policy in the future.",
        )
    put(door, text, ConfirmRemoveSelfResourceAccess=True)
    put(door)


def test_denying_only_the_deletion_need_not_be_confirmed(door: Door) -> None:
    create(door)
    put(door, policy(statement(Effect="Deny", Principal="*", Action="dynamodb:DeleteResourcePolicy")))


def test_every_operation_on_a_tables_items_is_an_action(door: Door) -> None:
    create(door)
    names = [
        "GetItem",
        "PutItem",
        "UpdateItem",
        "DeleteItem",
        "Query",
        "Scan",
        "BatchGetItem",
        "BatchWriteItem",
    ]
    assert set(names) <= service(DYNAMODB).operations.keys()
    put(
        door,
        policy(
            statement(Action=[f"dynamodb:{name}" for name in [*names, "ConditionCheckItem", "PartiQLSelect"]])
        ),
    )


def test_a_policy_is_not_enforced(door: Door) -> None:
    create(door)
    text = policy(statement(Effect="Deny", Principal="*", Action="dynamodb:*"))
    put(door, text, ConfirmRemoveSelfResourceAccess=True)
    door.call("PutItem", {"TableName": "music", "Item": {"pk": {"S": "a"}}})
    assert door.call("GetItem", {"TableName": "music", "Key": {"pk": {"S": "a"}}})["Item"] == {
        "pk": {"S": "a"}
    }
