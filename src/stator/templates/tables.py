"""A stack's resources -> the tables that it wants, what stands in the way, and what is not applied."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from stator.templates import global_tables, simple_tables
from stator.templates.evaluation import Evaluator
from stator.templates.faults import Path, ResolutionError, TemplateError, located, nearest
from stator.templates.global_table_schema import GLOBAL_TABLE
from stator.templates.plain_tables import settings_of
from stator.templates.properties import Property, Refusal, checked
from stator.templates.settings import Settings
from stator.templates.stacks import NotApplied, Stack
from stator.templates.table_schema import SIMPLE_TABLE, TABLE

TABLE_TYPE: Final = "AWS::DynamoDB::Table"
GLOBAL_TYPE: Final = "AWS::DynamoDB::GlobalTable"
SIMPLE_TYPE: Final = "AWS::Serverless::SimpleTable"
SCHEMAS: Final[Mapping[str, Property]] = {
    TABLE_TYPE: TABLE,
    GLOBAL_TYPE: GLOBAL_TABLE,
    SIMPLE_TYPE: SIMPLE_TABLE,
}

_REPLICA_TYPE = "Custom::DynamoDBReplica"
_SAM = "AWS::Serverless-2016-10-31"
_NAME_CHARS_MAX = 255
_SUFFIX_CHARS = 12
_PSEUDO = (
    "AWS::AccountId",
    "AWS::Region",
    "AWS::Partition",
    "AWS::StackName",
    "AWS::StackId",
    "AWS::URLSuffix",
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A table that a template describes. `properties` are those of AWS::DynamoDB::Table, checked; `source`: where its
    items are imported from when it is made."""

    logical_id: str
    type: str
    name: str
    settings: Settings
    source: Mapping[str, Any] | None
    path: Path


@dataclass(frozen=True, slots=True)
class Resources:
    """`refusals`: properties that cannot be honoured; each stops the apply."""

    tables: tuple[Wanted, ...]
    not_applied: tuple[NotApplied, ...]
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where the tables will lie."""

    region: str
    account: str

    @property
    def partition(self) -> str:
        if self.region.startswith("cn-"):
            return "aws-cn"
        return "aws-us-gov" if self.region.startswith("us-gov-") else "aws"

    def table_arn(self, name: str) -> str:
        return f"arn:{self.partition}:dynamodb:{self.region}:{self.account}:table/{name}"


def wanted_resources(stack: Stack, given: Mapping[str, str], place: Place) -> tuple[Resources, set[str]]:
    """The second: which of what was given was read. Raises TemplateError."""
    reading = _Reading(stack, given, place)
    try:
        return reading.resources(), reading.asked()
    except ResolutionError as error:
        raise located(stack.document, error) from error
    except RecursionError as error:
        raise TemplateError(
            f"{stack.document.name}: its values depend on themselves, or are too deep"
        ) from error


def generated_name(stack: str, logical_id: str) -> str:
    """STACK-LOGICALID-SUFFIX, as CloudFormation makes it; the suffix is of the two names, so it is always the same."""
    digest = hashlib.blake2b(f"{stack}/{logical_id}".encode(), digest_size=10).digest()
    suffix = base64.b32encode(digest).decode()[:_SUFFIX_CHARS]
    room = _NAME_CHARS_MAX - _SUFFIX_CHARS - 2
    return f"{stack[: room - len(logical_id[:120])]}-{logical_id[:120]}-{suffix}"


@dataclass(slots=True)
class _Reading:
    stack: Stack
    given: Mapping[str, str]
    place: Place
    names: dict[str, str | None] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    evaluator: Evaluator = field(init=False)

    def __post_init__(self) -> None:
        pseudo: dict[str, Any] = {
            "AWS::AccountId": self.place.account,
            "AWS::Region": self.place.region,
            "AWS::Partition": self.place.partition,
            "AWS::StackName": self.stack.name,
            "AWS::StackId": (
                f"arn:{self.place.partition}:cloudformation:{self.place.region}:{self.place.account}"
                f":stack/{self.stack.name}/{generated_name('id', self.stack.name)[-_SUFFIX_CHARS:].lower()}"
            ),
            "AWS::URLSuffix": "amazonaws.com.cn" if self.place.partition == "aws-cn" else "amazonaws.com",
            "AWS::NotificationARNs": [],
        }
        given_pseudo = {name: self.given[name] for name in _PSEUDO if name in self.given}
        self.evaluator = Evaluator(
            template=self.stack.template,
            given=self.given,
            pseudo={**pseudo, **given_pseudo},
            table_name=self._name_of,
            table_arn=self.place.table_arn,
            variables=self.stack.variables,
        )

    def asked(self) -> set[str]:
        return self.evaluator.asked | {name for name in self.given if name in _PSEUDO}

    def resources(self) -> Resources:
        self._refuse_macros()
        tables: list[Wanted] = []
        not_applied = list(self.stack.beside)
        for logical_id, resource in self.evaluator.section("Resources").items():
            path = ("Resources", logical_id)
            kind = self._type(resource, path)
            if not self._is_made(resource, path):
                continue
            if kind in SCHEMAS:
                tables.append(self._table(logical_id, kind, resource, path))
                continue
            if kind == _REPLICA_TYPE:
                self.refusals.append(
                    Refusal(path, "a table lies in one region and has no replicas elsewhere")
                )
            not_applied.append(NotApplied(logical_id, kind))
        self._refuse_twice(tables)
        return Resources(tuple(tables), tuple(not_applied), tuple(self.refusals))

    def _refuse_macros(self) -> None:
        transforms = self.stack.template.get("Transform")
        for transform in transforms if isinstance(transforms, list) else [transforms]:
            name = transform.get("Name") if isinstance(transform, dict) else transform
            if name is not None and not str(name).startswith("AWS::"):
                raise ResolutionError(
                    ("Transform",), f"{name} is a macro that runs in AWS: what it makes is not known"
                )

    def _refuse_twice(self, tables: list[Wanted]) -> None:
        by_name: dict[str, Wanted] = {}
        for table in tables:
            other = by_name.setdefault(table.name, table)
            if other is not table:
                raise ResolutionError(table.path, f"the table {table.name} is {other.logical_id} already")

    def _type(self, resource: Any, path: Path) -> str:
        kind = resource.get("Type") if isinstance(resource, dict) else None
        if not isinstance(kind, str):
            raise ResolutionError(path, "a resource is a mapping with a Type")
        if kind not in SCHEMAS and kind.startswith("AWS::DynamoDB::"):
            raise ResolutionError((*path, "Type"), f"there is no type {kind}{nearest(kind, SCHEMAS)}")
        if kind == SIMPLE_TYPE and _SAM not in self._transforms():
            raise ResolutionError((*path, "Type"), f"{SIMPLE_TYPE} needs Transform: {_SAM}")
        return kind

    def _transforms(self) -> list[Any]:
        transforms = self.stack.template.get("Transform")
        return transforms if isinstance(transforms, list) else [transforms]

    def _is_made(self, resource: Mapping[str, Any], path: Path) -> bool:
        condition = resource.get("Condition")
        if condition is None:
            return True
        if not isinstance(condition, str):
            raise ResolutionError((*path, "Condition"), "a condition's name is expected")
        return self.evaluator.condition(condition, (*path, "Condition"))

    def _name_of(self, logical_id: str) -> str | None:
        """A table's name, wherever the table stands; None for other resources."""
        if logical_id in self.names:
            name = self.names[logical_id]
            if name is None:
                raise ResolutionError(("Resources", logical_id), "its name depends on itself")
            return name
        resource = self.evaluator.section("Resources").get(logical_id)
        if not isinstance(resource, dict) or resource.get("Type") not in SCHEMAS:
            return None
        self.names[logical_id] = None
        name = self._own_name(resource, logical_id) or generated_name(self.stack.name, logical_id)
        self.names[logical_id] = name
        return name

    def _own_name(self, resource: Mapping[str, Any], logical_id: str) -> str | None:
        path = ("Resources", logical_id, "Properties")
        properties = self.evaluator.expanded(resource.get("Properties"), path)
        given = properties.get("TableName") if isinstance(properties, dict) else None
        value = self.evaluator.value({"TableName": given}, path).get("TableName")
        return (
            None
            if value is None
            else str(checked(value, TABLE.members["TableName"], (*path, "TableName"), []))
        )

    def _table(self, logical_id: str, kind: str, resource: Mapping[str, Any], path: Path) -> Wanted:
        inside = (*path, "Properties")
        given = self.evaluator.value(resource.get("Properties") or {}, inside)
        if kind == SIMPLE_TYPE:
            given = simple_tables.with_globals(given, self._globals())
        properties = checked(given, SCHEMAS[kind], inside, self.refusals)
        properties = self._as_table(kind, properties, inside)
        name = self._name_of(logical_id)
        assert name is not None
        return Wanted(
            logical_id=logical_id,
            type=kind,
            name=name,
            settings=settings_of(properties, self.stack.tags, inside),
            source=properties.get("ImportSourceSpecification"),
            path=path,
        )

    def _as_table(self, kind: str, properties: dict[str, Any], path: Path) -> dict[str, Any]:
        if kind == SIMPLE_TYPE:
            return simple_tables.as_table(properties)
        if kind == GLOBAL_TYPE:
            properties, refusals = global_tables.as_table(properties, self.place.region, path)
            self.refusals += refusals
        return properties

    def _globals(self) -> Mapping[str, Any]:
        path = ("Globals", "SimpleTable")
        every = self.stack.template.get("Globals")
        own = every.get("SimpleTable") if isinstance(every, dict) else None
        value = self.evaluator.value(own or {}, path)
        if not isinstance(value, dict) or set(value) - {"SSESpecification"}:
            raise ResolutionError(path, "takes SSESpecification alone")
        return value
