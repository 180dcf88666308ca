"""Paginators of the native client: cut short, gone on from, searched; beside botocore's."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import boto3
import pytest
from native_tables import CREDENTIALS

import stator

PAGED: dict[str, Any] = {
    "TableName": "Paged",
    "KeySchema": [{"AttributeName": "at", "KeyType": "HASH"}, {"AttributeName": "part", "KeyType": "RANGE"}],
    "AttributeDefinitions": [
        {"AttributeName": "at", "AttributeType": "N"},
        {"AttributeName": "part", "AttributeType": "B"},
    ],
    "BillingMode": "PAY_PER_REQUEST",
}


@pytest.fixture
def db(endpoint: str) -> Any:
    with stator.open(endpoint) as opened:
        table = opened.create_table(**PAGED)
        for number in range(20):
            table.put_item(Item={"at": Decimal(number) / 2, "part": bytes([number])})
        yield opened
        table.delete()


@pytest.mark.parametrize("most", [1, 3, 7, 8, 19, 20, 21])
@pytest.mark.parametrize("size", [1, 4, 7, 30])
@pytest.mark.parametrize("is_plain", [False, True])
def test_an_iteration_that_was_cut_short_goes_on_at_its_token(
    db: Any, endpoint: str, most: int, size: int, is_plain: bool
) -> None:
    theirs = boto3.client("dynamodb", endpoint_url=endpoint, **CREDENTIALS)
    ours = db.meta.client if is_plain else db.client
    rounds = []
    for client in (theirs, ours):
        config: dict[str, Any] = {"MaxItems": most, "PageSize": size}
        counts, keys = [], []
        for _ in range(25):
            pages = client.get_paginator("scan").paginate(TableName="Paged", PaginationConfig=config)
            whole = pages.build_full_result()
            counts.append(len(whole["Items"]))
            keys += whole["Items"]
            if "NextToken" not in whole:
                break
            assert pages.resume_token == whole["NextToken"]
            config["StartingToken"] = whole["NextToken"]
        assert len(keys) == 20
        rounds.append((counts, None if is_plain else keys))
    assert rounds[1][0] == rounds[0][0]
    assert is_plain or rounds[1] == rounds[0]


def test_iterating_anew_begins_at_the_first_page(db: Any) -> None:
    pages = db.client.get_paginator("scan").paginate(TableName="Paged", PaginationConfig={"PageSize": 6})
    assert [len(page["Items"]) for page in pages] == [len(page["Items"]) for page in pages] == [6, 6, 6, 2]


@pytest.mark.parametrize("expression", ["Items[].at.N", "Count", "Items[?at.N=='3'].part.B", "Nothing"])
def test_search_finds_what_botocores_finds(db: Any, endpoint: str, expression: str) -> None:
    theirs = boto3.client("dynamodb", endpoint_url=endpoint, **CREDENTIALS)
    found = [
        list(client.get_paginator("scan").paginate(TableName="Paged", Limit=7).search(expression))
        for client in (theirs, db.client)
    ]
    assert found[0] == found[1]


@pytest.mark.parametrize("token", ["", "x", "bm8=", "W10=", "eyJnaXZlbiI6ICJ4In0="])
def test_what_is_no_token_is_refused(db: Any, token: str) -> None:
    with pytest.raises(ValueError, match="is no StartingToken"):
        db.client.get_paginator("scan").paginate(TableName="Paged", PaginationConfig={"StartingToken": token})
