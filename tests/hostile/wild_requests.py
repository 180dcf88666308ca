"""Requests of every operation as the model shapes them, with wild values; and each of its constraints broken alone.

What answers name (streams, shards, iterators, backups, tokens) is used again, so that later requests get further.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from random import Random
from typing import Any

from expression_grammar import Grammar, parameters, placeholders
from requests_of import CREATE, VALID, places, samples
from wild_values import TEXTS, good, good_item, item, value

from stator.api.shapes.model import Shape, compiled, member_shape, service

_TYPES = {"pk": "S", "sk": "S", "g": "N"}
RANGED = {
    "TableName": "ranged",
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": kind} for name, kind in _TYPES.items()],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "LocalSecondaryIndexes": [
        {
            "IndexName": "local",
            "KeySchema": [
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "g", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        }
    ],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "index",
            "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    "BillingMode": "PAY_PER_REQUEST",
}
TABLES = [CREATE, RANGED]
_KEPT = ("hostile", "ranged")
_OTHERS = ("other", "created", "deleted", "gone")
_EXPRESSIONS = ("ConditionExpression", "FilterExpression", "KeyConditionExpression", "ProjectionExpression",
                "UpdateExpression", "Statement")  # fmt: skip
_MADE = ("ExpressionAttributeNames", "ExpressionAttributeValues", "Parameters")
# Members that make the modern and the legacy way meet, which is refused: rarely together
_LEGACY = (
    "AttributesToGet",
    "AttributeUpdates",
    "Expected",
    "ConditionalOperator",
    "KeyConditions",
    "QueryFilter",
    "ScanFilter",
)
_REUSED = ("StreamArn", "ShardId", "ShardIterator", "BackupArn", "NextToken", "SequenceNumber", "ExportArn",
           "ImportArn", "TableArn", "ExclusiveStartShardId", "ExclusiveStartBackupArn",
           "LastEvaluatedTableName")  # fmt: skip
# Structures of which one member is meant
_ONE_OF = (
    "WriteRequest",
    "TransactWriteItem",
    "GlobalSecondaryIndexUpdate",
    "ReplicaUpdate",
    "ReplicationGroupUpdate",
)
# What Stator says it does not have, and so ends the request
_UNSUPPORTED = ("Replica", "Vector", "GlobalTable", "MultiRegion", "Witness")
_POLICY = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"dynamodb:GetItem",'
    '"Resource":"arn:aws:dynamodb:us-east-1:000000000000:table/hostile"}]}'
)
_LONGS = (0, 1, -1, 2, 7, 100, 2**31 - 1, 2**31, 2**63 - 1, 2**63, -(2**63), 10**30)
_MEMORY_MAX = 50


class Wild:
    """Makes requests; `learn` remembers what answers name."""

    def __init__(self, service_name: str, chances: Random, seen: dict[str, list[str]]) -> None:
        self.model = service(service_name)
        self.shapes = self.model.shapes
        self.chances = chances
        self.grammar = Grammar(chances)
        self.seen = seen

    def request(self, operation: str) -> Any:
        self.operation = operation
        self.table = "hostile"
        made = self._structure(self.model.operations[operation].input, 0)
        if operation not in VALID or self.chances.random() < 0.7:
            return made
        wild = self.chances.sample(sorted(made), min(len(made), self.chances.randrange(3)))
        return copy.deepcopy(VALID[operation]) | {name: made[name] for name in wild}

    def _structure(self, name: str, level: int) -> dict[str, Any]:
        if name == "AttributeValue":
            return value(self.chances)
        shape, chances = self.shapes[name], self.chances
        legacy = chances.random() < 0.15
        made: dict[str, Any] = {}
        members = list(shape.members)
        if name in _ONE_OF and chances.random() < 0.95:
            members = [chances.choice(members)]
            return {members[0]: self.member(name, members[0], level + 1)}
        for member in members:
            unwanted = member in _MADE or (member.startswith(_UNSUPPORTED) and member not in shape.required)
            unwanted = (
                unwanted or (member in _EXPRESSIONS[:-1] and legacy) or (member in _LEGACY and not legacy)
            )
            if unwanted and chances.random() < 0.98:
                continue
            likely = 0.35 if level == 0 else 0.6
            required = member in shape.required or (member == "KeyConditionExpression" and not legacy)
            if chances.random() < (0.99 if required else likely):
                made[member] = self.member(name, member, level + 1)
        self._fill(shape, made)
        if ("Segment" in made) != ("TotalSegments" in made) and chances.random() < 0.9:
            made |= {"Segment": chances.choice((0, 1, 3)), "TotalSegments": chances.choice((1, 4, 1_000_000))}
        return made

    def _fill(self, shape: Shape, made: dict[str, Any]) -> None:
        """Names and values for the expressions beside them."""
        if "Statement" in made:
            made |= parameters(self.chances, str(made["Statement"]))
        elif "ExpressionAttributeNames" in shape.members:
            texts = [made[each] for each in _EXPRESSIONS if isinstance(made.get(each), str)]
            given = placeholders(self.chances, *texts)
            made |= {each: inner for each, inner in given.items() if each in shape.members}

    def member(self, structure: str, member: str, level: int) -> Any:
        chances = self.chances
        if chances.random() < 0.01:
            return chances.choice((None, "", [], {}, 0, True, "x" * 5000, [None], -1.5))
        if member in _EXPRESSIONS:
            return self.grammar.text(member)
        if member in ("TableName", "GlobalTableName", "SourceTableName", "TargetTableName"):
            return self._table()
        if member in ("Key", "ExclusiveStartKey"):
            return self.key()
        if member == "Item":
            return self.key() | (good_item(chances) if chances.random() < 0.7 else item(chances))
        if member == "IndexName":
            return chances.choice(("index", "index", "local", "no-such"))
        if member == "Policy":
            return _POLICY
        reused = self.seen.get(self.operation + member if member.endswith("Token") else member)
        if reused and chances.random() < 0.8:
            return chances.choice(reused)
        if member.endswith("Arn"):
            found = self.seen.get(
                chances.choice(_REUSED), ["arn:aws:dynamodb:us-east-1:000000000000:table/hostile"]
            )
            return chances.choice(found)
        if member == "AttributeName":
            return chances.choice(("pk", "sk", "g", "a"))
        return self.of(
            member_shape(self.shapes, structure, member), self.shapes[structure].members[member], level
        )

    def _table(self) -> str:
        alters = self.operation in ("DeleteTable", "CreateTable", "UpdateTable")
        if self.operation != "DeleteTable" and self.chances.random() < (0.1 if alters else 0.9):
            self.table = self.chances.choice(_KEPT)
            return self.table
        return self.chances.choice(_OTHERS if self.chances.random() < 0.9 else TEXTS)

    def key(self) -> dict[str, Any]:
        chances = self.chances
        key: dict[str, Any] = {
            "pk": {"S": chances.choice("abx")} if chances.random() < 0.9 else good(chances)
        }
        if chances.random() < (0.95 if self.table == "ranged" else 0.05):
            key["sk"] = {"S": chances.choice("abx")} if chances.random() < 0.9 else good(chances)
        if chances.random() < 0.05:
            key["g"] = {"N": "1"}
        return key

    def of(self, shape: Shape, name: str, level: int) -> Any:
        chances = self.chances
        match shape.kind:
            case "structure":
                return self._structure(name, level)
            case "list":
                count = max(shape.min or 0, chances.choice((1, 1, 1, 2, 3)))
                count = chances.choice((0, shape.max or 3)) if chances.random() < 0.03 else count
                return [
                    self.of(self.shapes[shape.element], shape.element, level + 1)
                    for _ in range(min(count, 101))
                ]
            case "map":
                if name == "Key":
                    return self.key()
                if shape.element == "AttributeValue":
                    return self.key() | good_item(chances)
                count = chances.choice((1, 1, 2))
                return {
                    self._map_key(shape): self.of(self.shapes[shape.element], shape.element, level + 1)
                    for _ in range(count)
                }
            case "boolean":
                return chances.random() < 0.5
            case "string":
                return self._text(shape)
            case "blob":
                return chances.choice(("QUE=", "", "?"))
            case "timestamp":
                return chances.choice((0, 1, 1.5, 1_700_000_000, 4_000_000_000, -1, 1e18, 253402300800))
        low, high = shape.min, shape.max
        if chances.random() < 0.7:
            least = 1 if low is None else low
            return chances.randint(least, max(least, least + 10 if high is None else min(high, least + 100)))
        return chances.choice([each for each in (low, high, *_LONGS) if each is not None])

    def _map_key(self, shape: Shape) -> str:
        key = shape.key
        return (
            self._table()
            if key in ("TableName", "TableArn")
            else self.chances.choice(("a", "b", "pk", "sk", "g"))
        )

    def _text(self, shape: Shape) -> str:
        chances = self.chances
        if shape.enum and chances.random() < 0.97:
            return chances.choice(shape.enum)
        if chances.random() < 0.2:
            return chances.choice(TEXTS)
        return chances.choice(("name", "other-name", "a.b_c-1", "12345", "x" * max(shape.min or 1, 1)))


def learn(seen: dict[str, list[str]], operation: str, answer: Any) -> None:
    """Keeps the last names of each member that requests use again; tokens for their operation alone."""
    if isinstance(answer, dict):
        for name, inner in answer.items():
            if isinstance(inner, str):
                for known in _REUSED:
                    if name.endswith(known):
                        found = seen.setdefault(operation + known if known == "NextToken" else known, [])
                        if inner not in found:
                            found.append(inner)
                            del found[:-_MEMORY_MAX]
            else:
                learn(seen, operation, inner)
    elif isinstance(answer, list):
        for inner in answer[:20]:
            learn(seen, operation, inner)


def broken(service_name: str, operation: str) -> Iterator[tuple[str, Any]]:
    """(what is broken, request): a request with every member of the model, and one constraint broken in each."""
    model = service(service_name)
    whole = samples(service_name, operation)[0]
    for path in places(whole):
        if any(step == "name" for step in path):
            continue
        found = _shape_at(model.shapes, model.operations[operation].input, path)
        if found is None:
            continue
        for what, wrong in _broken_values(*found):
            changed = copy.deepcopy(whole)
            if not path:
                continue
            inside = changed
            for step in path[:-1]:
                inside = inside[step]
            if wrong is _GONE:
                del inside[path[-1]]
            else:
                inside[path[-1]] = wrong
            yield f"{'.'.join(map(str, path))} {what}", changed


_GONE: Any = object()


def _shape_at(shapes: dict[str, Shape], name: str, path: tuple[Any, ...]) -> tuple[Shape, bool] | None:
    """The shape at a place, and whether its structure requires it; None inside attribute values."""
    shape, required = shapes[name], False
    for step in path:
        if name == "AttributeValue":
            return None
        if shape.kind == "structure":
            inner = shape.members[step]
            required = step in shape.required
            shape = member_shape(shapes, name, step)
            name = inner
        else:
            required = False
            name = shape.element
            shape = shapes[name]
    return None if name == "AttributeValue" else (shape, required)


def _broken_values(shape: Shape, required: bool) -> Iterator[tuple[str, Any]]:
    if required:
        yield "is missing", _GONE
    wrong_kind: dict[str, Any] = {
        "structure": [],
        "list": {},
        "map": [],
        "string": {},
        "boolean": {},
        "blob": {},
    }
    yield "is of another type", wrong_kind.get(shape.kind, {})
    if shape.kind == "string":
        if shape.enum:
            yield "is not of the enum", "NO_SUCH"
        if shape.min:
            yield "is too short", ""
        if shape.max and shape.max <= 100_000:
            yield "is too long", "a" * (shape.max + 1)
        if shape.pattern and (made := compiled(shape.pattern)) and not made.fullmatch("\u20ac "):
            yield "does not match", "\u20ac "
    elif shape.kind in ("integer", "long"):
        if shape.min is not None:
            yield "is too small", shape.min - 1
        if shape.max is not None:
            yield "is too large", shape.max + 1
    elif shape.kind in ("list", "map") and shape.min:
        yield "has too few", [] if shape.kind == "list" else {}


def encoded(request: Any) -> bytes:
    return json.dumps(request, ensure_ascii=False).encode("utf-8", "surrogatepass")
