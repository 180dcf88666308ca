"""Writes what is made in the READMEs of systems/: tables from the designs, costs by running access patterns, and the
seeds' snippets with their tests. Run it after changing one of them:

python tools/generate_systems.py [SYSTEM...]

What is made stands between `<!-- made: costs -->` and `<!-- /made: costs -->`. Costs that need data which is not there
stay as they are, and the program says so.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SYSTEMS = ROOT / "systems"
sys.path.insert(0, str(ROOT))

from stator.model import AccessPattern, Design, Entity, Plain, Suffix, Table  # noqa: E402
from systems.costs import DataMissingError, prices  # noqa: E402
from systems.costs.markdown import costs_table, rows  # noqa: E402
from systems.snippet import Snippet  # noqa: E402

_MADE = re.compile(r"(<!-- made: (\w+) -->\n).*?(<!-- /made: \2 -->)", re.DOTALL)


def systems() -> list[str]:
    """Those that have a page."""
    return sorted(path.parent.name for path in SYSTEMS.glob("*/README.md"))


def page_of(name: str) -> Path:
    return SYSTEMS / name / "README.md"


def sections_of(name: str) -> list[str]:
    return [match[2] for match in _MADE.finditer(page_of(name).read_text("utf-8"))]


def section(name: str, what: str) -> str:
    """The text of one part. Raises DataMissingError."""
    return MAKERS[what](name)


def text_with(text: str, made: Mapping[str, str]) -> str:
    """The page with the parts that were made in their places; the others stay."""

    def put(match: re.Match[str]) -> str:
        return f"{match[1]}\n{made[match[2]]}\n\n{match[3]}" if match[2] in made else match[0]

    return _MADE.sub(put, text)


# Tables


def tables(name: str) -> str:
    designs = designs_of(name)
    every = list({table.name: table for design in designs for table in design.all_tables()}.values())
    entities = [entity for design in designs for entity in design.entities]
    parts = [
        rows(("table", "partition key", "sort key", "indexes", "beside"), map(_table, every)),
        *_names(designs[0]),
        rows(("entity", "table", "attributes"), (_entity(each, every) for each in entities)),
    ]
    return "\n\n".join(parts)


def designs_of(name: str) -> list[type[Design]]:
    """Those that `systems/<name>/design` defines. Designs may share a table."""
    module = import_module(f"systems.{name}.design")
    return [
        each
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, Design) and each.__module__.startswith(module.__name__)
    ]


def _table(table: Table) -> tuple[str, ...]:
    partition, sort = table.key()
    beside = [f"TTL `{table.ttl}`"] if table.ttl else []
    beside += [f"stream {table.stream}"] if table.stream else []
    beside += ["recovery"] if table.recovery else []
    indexes = "<br>".join(_index(table, each.name) for each in table.indexes)
    return f"`{table.name}`", _keys(partition), _keys(sort), indexes, ", ".join(beside)


def _keys(keys: Sequence[Any]) -> str:
    return ", ".join(f"`{key.name}` {key.type}" for key in keys)


def _index(table: Table, name: str) -> str:
    index = table.index(name)
    keys = _keys(table.key_attributes(name))
    project = index.project if isinstance(index.project, str) else f"keys and {', '.join(index.project)}"
    told = "" if project == "ALL" else f", {project}"
    return f"{'local ' if index.is_local else ''}`{name}`: {keys}{told}"


def _names(design: type[Design]) -> Iterator[str]:
    """How a table is called in each environment."""
    naming, table = design.naming, design.all_tables()[0].name
    if isinstance(naming, Suffix) and isinstance(naming.suffixes, Mapping):
        each = [f"`{naming.table_name(table, name)}` in {name}" for name in naming.environments]
        yield f"Names end in the environment's suffix: {', '.join(each)}."
    elif not isinstance(naming, Plain):
        yield f"Names hold the environment: `{naming.table_name(table, '{environment}')}`."


def _entity(entity: type[Entity], every: Sequence[Table]) -> tuple[str, ...]:
    attributes = [
        f"`{info.alias or name}`{'' if info.is_required() else '?'}"
        for name, info in entity.model_fields.items()
    ]
    templates = [f"`{attribute}` = `{text}`" for attribute, text in entity.stored.keys.items()]
    table = entity.stored.table or every[0].name
    return entity.stored.name or entity.__name__, f"`{table}`", ", ".join([*attributes, *templates])


# Access patterns


def patterns(name: str) -> str:
    """What each is given, which key or index answers it, by the tables."""
    body = []
    for design in designs_of(name):
        places = {table.name: place for place, table in enumerate(design.all_tables())}
        body += sorted(design.patterns(), key=lambda each: places[each.table])
    return rows(("access pattern", "given", "answered by", "by its key", "what it is"), map(_pattern, body))


def _pattern(pattern: AccessPattern) -> tuple[str, ...]:
    where = f"`{pattern.table}`" + (f", index `{pattern.index}`" if pattern.index else "")
    condition = f"`{pattern.condition}`" if pattern.condition else ""
    return f"`{pattern.name}`", pattern.given, f"{pattern.operation} on {where}", condition, pattern.about


# Costs


def costs(name: str) -> str:
    return costs_table(import_module(f"systems.{name}.costs").for_readme(), prices())


# Snippets


def snippets_of(name: str) -> Sequence[Snippet]:
    found: Sequence[Snippet] = import_module(f"systems.{name}.snippets").SNIPPETS
    return found


def snippets(name: str) -> str:
    head = ("", "snippet", "test", "runs")
    return rows(head, (_snippet(place, each) for place, each in enumerate(snippets_of(name), 1)))


def _snippet(place: int, snippet: Snippet) -> tuple[str, ...]:
    file, _, test = snippet.test.partition("::")
    runs = f"mended: {snippet.mended}" if snippet.mended else "as written"
    return str(place), snippet.what, f"[{test}](../../{file})", runs


MAKERS: Mapping[str, Callable[[str], str]] = {
    "tables": tables,
    "patterns": patterns,
    "costs": costs,
    "snippets": snippets,
}


def main(names: Sequence[str]) -> None:
    for name in names or systems():
        made = {}
        for what in sections_of(name):
            try:
                made[what] = section(name, what)
            except DataMissingError as error:
                print(f"systems/{name}/README.md: {what} stays as it is: {error}", file=sys.stderr)
        page = page_of(name)
        page.write_text(text_with(page.read_text("utf-8"), made), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
