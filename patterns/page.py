"""A pattern -> its page, by running it in memory. All that a page says of requests, items and units is what came."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from types import ModuleType
from typing import Any, Final

import stator
from patterns.function import Function
from patterns.pattern import START_S, Example, Pattern, Weighed
from patterns.running import Done, Run, Running, tables_of
from patterns.source import code_of, design_code
from stator.clock import ManualClock
from stator.metering import Sent
from stator.model.sketches import sketch_of

PRINCIPLES: Final = (
    "**Access patterns first.** A page begins with them; a pattern that no key serves is an error when the design "
    "loads.",
    "**One table where that helps.** Kinds that are read together share a partition; where rights or lives differ, "
    "they do not share a table.",
    "**As few indexes as will do.** Each one is another write, and each is used by a pattern.",
    "**The trade-off is told**, by scale, cost, consistency and simplicity, and when to leave the pattern alone.",
)

BESIDE: Final = (
    "[When DynamoDB is the wrong choice](when-not.md): joins, questions unforeseen, writes to one partition, each "
    "by the plan of its query.",
    "[Line by line](seeds.md): the texts that asked for the catalogue, and the test for each line.",
    "[templates](templates): a SAM template for each pattern. `stator apply docs/patterns/templates/locks.yaml` "
    "makes its tables.",
    "`stator design patterns/locks.py` prints a pattern's keys and warnings; `--html` draws it.",
)

_PLACEHOLDER: Final = re.compile(r"#\w+")


def page_of(name: str, pattern: Pattern, function: Function | None = None) -> str:
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
        _template_told(name, function),
        "## Example items",
        *(_items(table, run) for table in tables_of(pattern.design)),
        _stored(run),
        "## In code",
        f"[patterns/{name}.py](../../patterns/{name}.py):\n\n```python\n{design_code(pattern)}\n```",
        "## Queries",
        *(_example(done) for done in run.done),
        "## Why it is so",
        _listed(pattern.why),
        "## Trade-offs",
        _table(("", "what is paid"), _weighed(pattern.trade_offs)),
        *_cautions(pattern),
        "## When not to use it",
        _listed(pattern.not_when),
    ]
    return "\n\n".join(parts) + "\n"


def index_page(patterns: Sequence[ModuleType], designs: Sequence[ModuleType]) -> str:
    parts = [
        "# Patterns",
        "Designs that run, in process, on a server and on AWS, unchanged. Each page is made by running its module: "
        "its items, requests, answers and units are what came. They are written with [stator.model](../model.md); "
        "each page shows its keys and items as well, for any other way to write them.",
        _listed(PRINCIPLES),
        _table(("pattern", "what it is for"), map(_index_row, patterns)),
        "## Designs",
        "Whole applications, which put several patterns together.",
        _table(("design", "what it is for"), map(_index_row, designs)),
        "## Beside them",
        _listed(BESIDE),
    ]
    return "\n\n".join(parts) + "\n"


def _index_row(module: ModuleType) -> tuple[str, str]:
    name = module.__name__.partition(".")[2]
    return f"[{module.PATTERN.title}]({name}.md)", inspect.getdoc(module) or ""


def answered_by(sent: Sent) -> str:
    """The request, in short: its operation, its index, its key condition with names for placeholders."""
    request = sent.request
    told = [sent.operation]
    if "IndexName" in request:
        told.append(f"on `{request['IndexName']}`")
    if "KeyConditionExpression" in request:
        told.append(f"`{_named(request['KeyConditionExpression'], sent)}`")
    if sent.operation == "TransactWriteItems":
        told.append(f"of {len(request['TransactItems'])}")
    if sent.is_refused:
        told.append("(refused)")
    return " ".join(told)


def _named(expression: str, sent: Sent) -> str:
    names = sent.request.get("ExpressionAttributeNames", {})
    values = sent.values
    text = _PLACEHOLDER.sub(lambda match: names.get(match[0], match[0]), expression)
    return re.sub(r":\w+", lambda match: _json(values.get(match[0], match[0])), text)


def _how_measured(run: Run) -> str:
    told = "Units are as the database measured them, for the example items."
    if any(sent.is_refused for done in run.done for sent in done.sent):
        told += " A refused write is charged too, but its error does not say how much."
    return told


def _access(done: Done) -> tuple[str, ...]:
    requests = list(dict.fromkeys(answered_by(sent) for sent in done.sent if not sent.stream_reads))
    return (
        about(done.example),
        "; ".join(requests) or "the table's stream",
        *_units(done),
    )


def _units(done: Done) -> tuple[str, str]:
    """What a refused write costs is not told."""
    refused = any(sent.is_refused for sent in done.sent)
    write = f"{done.write_units:g}"
    if refused:
        write = f"{write} and more" if done.write_units else "not told"
    return f"{done.read_units:g}", write


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


def _items(table: Any, run: Run) -> str:
    """The items that there are, then one of each kind that the examples make first."""
    there = run.tables[table.name]
    kinds = {item.get(table.type_attribute) for item in there}
    made = {item.get(table.type_attribute): item for item in reversed(run.after[table.name])}
    told = [f"In `{table.name}`:", _json_lines(table, there)] if there else []
    if later := [item for kind, item in made.items() if kind not in kinds]:
        told += [f"In `{table.name}`, once the examples have run:", _json_lines(table, later)]
    return "\n\n".join(told)


def _json_lines(table: Any, items: Sequence[Mapping[str, Any]]) -> str:
    lines = "\n".join(_json({**{name: item[name] for name in table.key_names}, **item}) for item in items)
    return f"```json\n{lines}\n```"


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


def _weighed(weighed: Weighed) -> Iterator[tuple[str, str]]:
    for name in ("scale", "cost", "consistency", "simplicity"):
        yield name, getattr(weighed, name)


def _cautions(pattern: Pattern) -> list[str]:
    found = sketch_of(pattern.design).cautions
    return ["`stator design` warns of this:", "```text\n" + "\n".join(found) + "\n```"] if found else []


def _template_told(name: str, function: Function | None) -> str:
    told = (
        f"As a SAM template: [templates/{name}.yaml](templates/{name}.yaml). `sam deploy` makes it on AWS, "
        "`stator apply` elsewhere."
    )
    if function is None:
        return told
    path = function.handler.rpartition(".")[0].replace(".", "/") + ".py"
    return (
        f"{told} It holds a function as well, which the table's stream feeds: [{path}](../../{path}) {function.does}. "
        "`stator apply` leaves that out, and says so."
    )


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
