"""The parameters of a table's methods, for type checkers and editors: boto3's names. What they mean is AWS's page on
each operation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, Required, TypeAlias, TypedDict

from stator.client.conditions import Condition

Item: TypeAlias = dict[str, Any]
Attributes: TypeAlias = Mapping[str, Any]
Expression: TypeAlias = str | Condition | Any
"""A text, or a condition object: `stator.conditions`' or boto3's."""
Moment: TypeAlias = datetime | float
_Capacity: TypeAlias = Literal["INDEXES", "TOTAL", "NONE"]
_OldOnRefusal: TypeAlias = Literal["ALL_OLD", "NONE"]
_Metrics: TypeAlias = Literal["SIZE", "NONE"]
_Select: TypeAlias = Literal["ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES", "SPECIFIC_ATTRIBUTES", "COUNT"]
_Legacy: TypeAlias = Mapping[str, Any]


class GetItem(TypedDict, total=False):
    Key: Required[Attributes]
    ConsistentRead: bool
    ProjectionExpression: str
    ExpressionAttributeNames: Mapping[str, str]
    ReturnConsumedCapacity: _Capacity
    AttributesToGet: Sequence[str]


class _Write(TypedDict, total=False):
    ConditionExpression: Expression
    ExpressionAttributeNames: Mapping[str, str]
    ExpressionAttributeValues: Attributes
    ReturnValuesOnConditionCheckFailure: _OldOnRefusal
    ReturnConsumedCapacity: _Capacity
    ReturnItemCollectionMetrics: _Metrics
    Expected: _Legacy
    ConditionalOperator: Literal["AND", "OR"]


class PutItem(_Write, total=False):
    Item: Required[Attributes]
    ReturnValues: Literal["NONE", "ALL_OLD"]


class DeleteItem(_Write, total=False):
    Key: Required[Attributes]
    ReturnValues: Literal["NONE", "ALL_OLD"]


class UpdateItem(_Write, total=False):
    Key: Required[Attributes]
    UpdateExpression: str
    AttributeUpdates: _Legacy
    ReturnValues: Literal["NONE", "ALL_OLD", "UPDATED_OLD", "ALL_NEW", "UPDATED_NEW"]


class _Read(TypedDict, total=False):
    IndexName: str
    Select: _Select
    Limit: int
    ConsistentRead: bool
    ExclusiveStartKey: Attributes
    FilterExpression: Expression
    ProjectionExpression: str
    ExpressionAttributeNames: Mapping[str, str]
    ExpressionAttributeValues: Attributes
    ReturnConsumedCapacity: _Capacity
    AttributesToGet: Sequence[str]
    ConditionalOperator: Literal["AND", "OR"]


class Query(_Read, total=False):
    KeyConditionExpression: Expression
    ScanIndexForward: bool
    KeyConditions: _Legacy
    QueryFilter: _Legacy


class Scan(_Read, total=False):
    Segment: int
    TotalSegments: int
    ScanFilter: _Legacy


class BatchGetItem(TypedDict, total=False):
    RequestItems: Required[Mapping[str, Any]]
    ReturnConsumedCapacity: _Capacity


class BatchWriteItem(TypedDict, total=False):
    RequestItems: Required[Mapping[str, Sequence[Any]]]
    ReturnConsumedCapacity: _Capacity
    ReturnItemCollectionMetrics: _Metrics


class TransactWrite(TypedDict, total=False):
    ClientRequestToken: str
    ReturnConsumedCapacity: _Capacity
    ReturnItemCollectionMetrics: _Metrics


class TransactGet(TypedDict, total=False):
    ReturnConsumedCapacity: _Capacity


class Execute(TypedDict, total=False):
    ConsistentRead: bool
    Limit: int
    ReturnConsumedCapacity: _Capacity
    ReturnValuesOnConditionCheckFailure: _OldOnRefusal
