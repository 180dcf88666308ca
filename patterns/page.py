"""A pattern -> its page, by running it in memory. All that a page says of requests, items and units is what came."""

from __future__ import annotations

import ast
import inspect
import json
import re
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from types import ModuleType
from typing import Any, Final

import stator
from patterns.meter import Sent
from patterns.pattern import START_S, Example, Pattern, Wait
from patterns.running import Done, Run, Running, tables_of
from stator.clock import ManualClock

_PLACEHOLDER: Final = re.compile(r"#\w+")
_OPERATIONS: Final = {"transact_write_items": "TransactWriteItems", "batch_get_item": "BatchGetItem"}


def page_of(name: str, pattern: Pattern) -> str:
    with stator.open(":memory:", clock=ManualClock(START_S)) as db:
        run = Running(pattern, db).run()
    parts = [
        f"# {pattern.title}",
        pattern.problem,
        f"Made by `tools/generate_patterns.py` from `patterns/{name}.py`, by running it; a test holds it.",
        "## Access patterns",
        _table(("access pattern", "answered by", "read units", "write units"), map(_access, run.done)),
        _how_measured(run),
        "## Table design",
        *(_design(table, pattern) for table in tables_of(pattern.design)),
        f"As a SAM template: [templates/{name}.yaml](templates/{name}.yaml). `sam deploy` makes it on AWS, "
        "`stator apply` elsewhere.",
        "## Example items",
        *(_items(table, run.tables[table.name]) for table in tables_of(pattern.design)),
        _stored(run),
        "## In code",
        f"```python\n{design_code(pattern)}\n```",
        "## Queries",
        *(_example(done) for done in run.done),
        "## Why it is so",
        _listed(pattern.why),
        "## What it costs",
        _listed(pattern.trade_offs),
        "## When not to use it",
        _listed(pattern.not_when),
    ]
    return "\n\n".join(parts) + "\n"


def index_page(patterns: Sequence[ModuleType], designs: Sequence[ModuleType]) -> str:
    return (
        "# Patterns\n\nDesigns that run, in process, on a server and on AWS. Access patterns come first; one table "
        "where that helps; as few indexes as will do; the trade-off is told.\n\n"
        + _table(("pattern", "what it is for"), map(_index_row, patterns))
        + "\n\n## Designs\n\nWhole applications, which put several patterns together.\n\n"
        + _table(("design", "what it is for"), map(_index_row, designs))
        + "\n\n[When DynamoDB is the wrong choice](when-not.md)\n"
    )


def _index_row(module: ModuleType) -> tuple[str, str]:
    name = module.__name__.partition(".")[2]
    return f"[{module.PATTERN.title}]({name}.md)", inspect.getdoc(module) or ""


def design_code(pattern: Pattern) -> str:
    """What the pattern's module has beside its examples: entities, the design, and what the examples call."""
    source = inspect.getsource(_module(pattern))
    shown = {each.__name__ for each in pattern.examples if not isinstance(each, Wait)} | {"PATTERN"}
    parts = []
    for node in ast.parse(source).body:
        name = _name(node)
        if name is not None and name not in shown:
            parts.append(ast.get_source_segment(source, node) or "")
    return "\n\n\n".join(parts)


def _module(pattern: Pattern) -> ModuleType:
    return sys.modules[pattern.design.__module__]


def _name(node: ast.stmt) -> str | None:
    """Of a class, a function or a constant; None of what is none."""
    if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
        return node.name
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    return None


def code_of(example: Example) -> str:
    """The example's body, without its docstring; a last `return x` is `x`."""
    source = textwrap.dedent(inspect.getsource(example))
    (function,) = ast.parse(source).body
    assert isinstance(function, ast.FunctionDef)
    start = function.body[1].lineno
    body = textwrap.dedent("\n".join(source.splitlines()[start - 1 :]))
    return re.sub(r"^return ", "", body, flags=re.MULTILINE)


def answered_by(sent: Sent) -> str:
    """The request, in short: its operation, its index, its key condition with names for placeholders."""
    operation = _OPERATIONS.get(sent.operation) or sent.operation.title().replace("_", "")
    request = sent.request
    told = [operation]
    if "IndexName" in request:
        told.append(f"on `{request['IndexName']}`")
    if "KeyConditionExpression" in request:
        told.append(f"`{_named(request['KeyConditionExpression'], request)}`")
    if sent.operation == "transact_write_items":
        told.append(f"of {len(request['TransactItems'])}")
    if sent.is_refused:
        told.append("(refused)")
    return " ".join(told)


def _named(expression: str, request: Mapping[str, Any]) -> str:
    names = request.get("ExpressionAttributeNames", {})
    values = request.get("ExpressionAttributeValues", {})
    text = _PLACEHOLDER.sub(lambda match: names.get(match[0], match[0]), expression)
    return re.sub(r":\w+", lambda match: _json(values.get(match[0], match[0])), text)


def _how_measured(run: Run) -> str:
    told = "Units are as the database measured them, for the example items."
    if any(sent.is_refused for done in run.done for sent in done.sent):
        told += " A refused write is charged too, but its error does not say how much."
    return told


def _access(done: Done) -> tuple[str, ...]:
    requests = list(dict.fromkeys(answered_by(sent) for sent in done.sent))
    return (
        about(done.example),
        "; ".join(requests) or "the table's stream",
        f"{done.read_units:g}",
        f"{done.write_units:g}",
    )


def about(example: Example) -> str:
    return " ".join((inspect.getdoc(example) or "").split())


def _design(table: Any, pattern: Pattern) -> str:
    entities = [each for each in pattern.design.entities if each.stored.table in (None, table.name)]
    attributes = list(table.attributes())
    rows = [
        (
            each.__name__,
            *(f"`{_template(each, name)}`" if _template(each, name) else "" for name in attributes),
        )
        for each in entities
    ]
    told = [f"Table `{table.name}`: {_key(table, None)}."]
    told += [
        f"{'Local' if index.is_local else 'Global'} index `{index.name}`: {_key(table, index.name)}; "
        f"{_projection(index.project)}."
        for index in table.indexes
    ]
    if table.ttl:
        told.append(f"Items expire by `{table.ttl}`.")
    if table.stream:
        told.append(f"Its stream has {table.stream}.")
    return "\n".join(told) + "\n\n" + _table(("entity", *(f"`{name}`" for name in attributes)), rows)


def _projection(project: Any) -> str:
    return project if isinstance(project, str) else f"its keys and {', '.join(project)}"


def _template(entity: Any, attribute: str) -> str:
    given: str | None = entity.stored.keys.get(attribute)
    if given is not None:
        return given
    return f"{{{attribute}}}" if attribute in entity.model_fields else ""


def _key(table: Any, index: str | None) -> str:
    pk, sk = table.keys(index)
    kinds = [f"partition key `{pk.name}` ({pk.type})"] + ([f"sort key `{sk.name}` ({sk.type})"] if sk else [])
    return ", ".join(kinds)


def _items(table: Any, items: Sequence[Mapping[str, Any]]) -> str:
    lines = "\n".join(_json({**{name: item[name] for name in table.key_names}, **item}) for item in items)
    return f"In `{table.name}`:\n\n```json\n{lines}\n```"


def _stored(run: Run) -> str:
    units: dict[str, list[float]] = {}
    for each in run.stored:
        units.setdefault(each.entity, []).append(each.write_units)
    told = ", ".join(
        f"{name} {'-'.join(f'{unit:g}' for unit in sorted(set(all_)))}" for name, all_ in units.items()
    )
    return f"Write units to store one: {told}."


def _example(done: Done) -> str:
    waited = f"After {_duration(done.waited_s)}. " if done.waited_s else ""
    yields = "\n".join(done.yields) or "(nothing)"
    return (
        f"{waited}{about(done.example)}\n\n```python\n{code_of(done.example)}\n```\n\n```text\n{yields}\n```"
    )


def _duration(seconds: int) -> str:
    units = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))
    count, name = next((seconds // unit, name) for unit, name in units if seconds % unit == 0)
    return f"{count} {name}{'' if count == 1 else 's'}"


def _listed(sentences: Sequence[str]) -> str:
    return "\n".join(f"- {sentence}" for sentence in sentences)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(_rows(head, rows))


def _rows(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"


def _json(value: Any) -> str:
    return json.dumps(value, default=_plain, ensure_ascii=False)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return str(value)
