"""The pytest plugin: each test begins with an empty database, and the code under test is used as it is.

pytest examples/test_shop.py
"""

from __future__ import annotations

from typing import Any

import pytest
from as_boto3 import Shop
from botocore.exceptions import ClientError


@pytest.fixture
def shop(dynamodb: Any) -> Shop:
    shop = Shop()
    shop.open(stock=1)
    return shop


def test_what_is_not_there_is_not_sold(shop: Shop) -> None:
    assert [shop.sell(), shop.sell()] == [True, False]


def test_each_test_has_a_database_of_its_own(shop: Shop) -> None:
    assert shop.sell()


def test_a_fault_that_is_no_empty_shelf_is_told(shop: Shop, dynamodb: Any) -> None:
    dynamodb.faults.internal_error(None, operation="UpdateItem")
    with pytest.raises(ClientError, match="InternalServerError"):
        shop.sell()


@pytest.mark.dynamodb(max_calls=1, max_wcu=1, scans=0)
def test_a_sale_is_one_write(shop: Shop) -> None:
    shop.sell()
