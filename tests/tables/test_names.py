"""Which table a name or an ARN means, in each namespace."""

from __future__ import annotations

import pytest
from table_session import Session

from stator.api.call import Call
from stator.api.names import place, resolve, resolve_managed
from stator.engine.database import Options
from stator.errors import ResourceNotFoundException, ValidationException

ARN = "arn:aws:dynamodb:{region}:{account}:table/{name}"
OWN = ("000000000000", "us-east-1")
FORMAT = (
    "Valid ARN format is 'arn:<awsPartition>:<vendor>:<region>:<subscriber>:resourceType/resourceName', where "
    "Resource name must have length less than or equal to 255, Resource name must have length greater than or "
    "equal to 3, Resource name must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
)


def arn(account: str, region: str, name: str = "music") -> str:
    return ARN.format(account=account, region=region, name=name)


PLACES = [
    ("shared", "music", ("9", "eu-west-1"), (*OWN, "music")),
    ("shared", arn("1", "eu-west-1"), OWN, (*OWN, "music")),
    ("region", "music", ("9", "eu-west-1"), ("000000000000", "eu-west-1", "music")),
    ("region", arn("1", "eu-west-1"), ("9", "eu-west-1"), ("000000000000", "eu-west-1", "music")),
    ("account-region", "music", ("9", "eu-west-1"), ("9", "eu-west-1", "music")),
    ("account-region", arn("1", "eu-west-1"), ("9", "eu-west-1"), ("1", "eu-west-1", "music")),
]


@pytest.mark.parametrize(("namespace", "named", "caller", "expected"), PLACES)
def test_a_name_is_looked_for_in_its_namespace(
    namespace: str, named: str, caller: tuple[str, str], expected: tuple[str, str, str]
) -> None:
    session = Session(options=Options(namespace=namespace))
    assert place(session.db, Call("GetItem", *caller), named) == expected


@pytest.mark.parametrize("namespace", ["region", "account-region"])
def test_an_arn_of_another_region_is_refused(namespace: str) -> None:
    session = Session(options=Options(namespace=namespace))
    named = arn("1", "eu-west-1")
    with pytest.raises(ValidationException) as refused:
        place(session.db, Call("GetItem", *OWN), named)
    assert refused.value.message == f"1 validation error detected: Invalid AWS region in '{named}'"


MALFORMED = [
    ("arn:aws:dynamodb", FORMAT),
    ("arn:aws:dynamodb:us-east-1:1:", FORMAT),
    ("arn:aws:dynamodb:us-east-1:1:table", FORMAT),
    ("arn:aws:dynamodb:us-east-1:1:stream/music", "Invalid resource type"),
    ("arn:aws:dynamodb:us-east-1:1:table/", "Table name of ARN must have length greater than or equal to 3"),
    (
        "arn:aws:dynamodb:us-east-1:1:table/ab",
        "Table name of ARN must have length greater than or equal to 3",
    ),
    ("arn:aws:dynamodb:us-east-1:1:table/music/index/byg", FORMAT),
    ("arn:aws:dynamodb:us-east-1:1:table/mu sic", FORMAT),
    ("arn:aws:dynamodb:us-east-1:1:table/music\n", FORMAT),
    ("arn:aws:dynamodb:us-east-1:1:table/" + "a" * 256, FORMAT),
]


@pytest.mark.parametrize(("named", "constraint"), MALFORMED)
def test_an_arn_that_is_no_tables_is_refused(session: Session, named: str, constraint: str) -> None:
    with pytest.raises(ValidationException) as refused:
        resolve(session.db, Call("GetItem", *OWN), named)
    assert refused.value.message == (
        f"1 validation error detected: Value '{named}' at 'tableName' failed to satisfy constraint: {constraint}"
    )


def test_an_arn_does_wherever_a_name_does(session: Session) -> None:
    session.call("CreateTable", **{**_request(), "TableName": arn(*OWN)})
    assert session.describe(arn(*OWN)) == session.describe("music")
    session.update(arn(*OWN), DeletionProtectionEnabled=False)
    session.delete(arn(*OWN))


def _request() -> dict[str, object]:
    return {
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
    }


def test_items_and_tables_word_an_absence_otherwise(session: Session) -> None:
    call = Call("GetItem", *OWN)
    with pytest.raises(ResourceNotFoundException) as refused:
        resolve(session.db, call, "music")
    assert refused.value.message == "Requested resource not found"
    with pytest.raises(ResourceNotFoundException) as refused:
        resolve_managed(session.db, call, arn("1", "x"))
    assert refused.value.message == "Requested resource not found: Table: music not found"
    assert call.table == "music"


def test_a_resolved_table_is_the_remembered_one(session: Session) -> None:
    session.create()
    call = Call("GetItem", *OWN)
    assert resolve(session.db, call, "music") is resolve(session.db, call, arn("7", "nowhere"))
