"""`stator design`: what a data model says, before there is a database: its patterns against its keys, and its warnings.

A file is a design in Python, a CloudFormation, SAM or serverless.yml template, or a NoSQL Workbench data model.
Exit codes: 0 shown; 1 the design is wrong, or it has warnings with --strict; 2 a wrong command line.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stator.cli import targets
from stator.errors import SettingError, StatorError

if TYPE_CHECKING:
    from stator.model.sketches import Sketch

EXAMPLES = (
    ("stator design shop.py", "the patterns of a design, the key or index of each, and what it is warned of"),
    ("stator design shop.py:Shop --html shop.html", "one of several designs, as a page with its picture"),
    ("stator design shop.py --cloudformation template.json", "its tables, for AWS and for `stator apply`"),
    ("stator design model.json --svg model.svg", "a NoSQL Workbench model, as a picture"),
)
_HEADER = ("PATTERN", "YIELDS", "BY", "CONDITION")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file",
        metavar="FILE",
        help="FILE.py or FILE.py:DESIGN, a template, or a NoSQL Workbench model in JSON.",
    )
    for name, what in (
        ("svg", "Draw it into this file."),
        ("html", "Write a page with the picture, the patterns and the warnings."),
        ("cloudformation", "Write its tables as a CloudFormation template, in JSON."),
        ("workbench", "Write it as a NoSQL Workbench data model."),
    ):
        parser.add_argument(f"--{name}", metavar="OUT", help=f"{what} - is standard output.")
    parser.add_argument("--strict", action="store_true", help="Exit with 1 when there are warnings.")
    targets.add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Raises SettingError and StatorError."""
    sketch = _read(arguments.file)
    written = [
        _write(sketch, kind, out) for kind in _WRITERS if (out := getattr(arguments, kind)) is not None
    ]
    if arguments.json:
        print(json.dumps(_members(sketch)))
    elif "-" not in written:
        _show(sketch, written)
    return 1 if arguments.strict and sketch.cautions else 0


# Reading


def _read(given: str) -> Sketch:
    name, _, chosen = given.partition(":") if ".py:" in given else (given, "", "")
    place = Path(name)
    if not place.exists():
        raise SettingError(f"{name}: there is no such file")
    if place.suffix == ".py":
        from stator.model.sketches import sketch_of

        return sketch_of(_design(place, chosen))
    model = _workbench_model(place)
    if model is not None:
        from stator.model.workbench import sketch_from

        return sketch_from(model)
    return _of_template(place)


def _design(place: Path, chosen: str) -> Any:
    """The design that a file defines. The file is run, as `python FILE` would with another name than __main__."""
    import importlib.util

    from stator.model import Design

    spec = importlib.util.spec_from_file_location(place.stem, place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules.setdefault(place.stem, module)
    sys.path.insert(0, str(place.parent.absolute()))
    try:
        spec.loader.exec_module(module)
    except StatorError:
        raise
    except Exception as error:
        raise StatorError(f"{place}: {type(error).__name__}: {error}") from error
    finally:
        sys.path.remove(str(place.parent.absolute()))
        if sys.modules.get(place.stem) is module:
            del sys.modules[place.stem]
    found = {
        name: value
        for name, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, Design) and value.__module__ == module.__name__
    }
    if chosen and chosen not in found:
        raise SettingError(f"{place} has no design {chosen}; it has {', '.join(found) or 'none'}")
    if not chosen and len(found) != 1:
        raise SettingError(
            f"{place} has {len(found) or 'no'} designs{': name one, ' + ', '.join(found) if found else ''}"
        )
    return found[chosen or next(iter(found))]


def _workbench_model(place: Path) -> Any:
    """None: the file is something else."""
    if place.suffix != ".json":
        return None
    try:
        value = json.loads(place.read_text("utf-8"))
    except ValueError as error:
        raise StatorError(f"{place}: is no JSON: {error}") from error
    return value if isinstance(value, dict) and "DataModel" in value else None


def _of_template(place: Path) -> Sketch:
    """Made in memory as `stator apply` makes it, and described: so it means the same here and there."""
    import stator
    from stator.errors import ServiceError
    from stator.model.cloudformation import table_from
    from stator.model.sketches import Sketch
    from stator.templates.applying import Applying
    from stator.templates.places import place_of
    from stator.templates.plans import make_plans
    from stator.templates.stacks import read_stacks

    with stator.open() as db:
        where = place_of(db.transport)
        try:
            stacks = read_stacks(place, None, {}, where.region, where.account)
            plans = make_plans(db.transport, stacks, {}, where)
            Applying(db.transport, lambda *_: None).apply(plans)
        except ServiceError as error:
            raise StatorError(f"{error.code}: {error.message}") from error
        tables = []
        for table in db.tables.all():
            client = db.client
            ttl = client.describe_time_to_live(TableName=table.name)["TimeToLiveDescription"].get(
                "AttributeName"
            )
            backups = client.describe_continuous_backups(TableName=table.name)["ContinuousBackupsDescription"]
            recovery = backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
            described = client.describe_table(TableName=table.name)["Table"]
            tables.append(table_from(described, ttl, recovery))
    return Sketch(place.stem, tables)


# Writing


def _drawn(sketch: Sketch) -> str:
    from stator.model.drawing import svg_of

    return svg_of(sketch)


def _page(sketch: Sketch) -> str:
    from stator.model.drawing import html_of

    return html_of(sketch)


def _template(sketch: Sketch) -> str:
    from stator.model.cloudformation import template_of

    return json.dumps(template_of(sketch), indent=2) + "\n"


def _model(sketch: Sketch) -> str:
    from stator.model.workbench import model_of

    return json.dumps(model_of(sketch), indent=2, default=str) + "\n"


_WRITERS = {"svg": _drawn, "html": _page, "cloudformation": _template, "workbench": _model}


def _write(sketch: Sketch, kind: str, out: str) -> str:
    text = _WRITERS[kind](sketch)
    if out == "-":
        sys.stdout.write(text)
        return out
    try:
        Path(out).write_text(text, "utf-8")
    except OSError as error:
        raise SettingError(f"{out}: {error.strerror}") from error
    return out


def _show(sketch: Sketch, written: list[str]) -> None:
    from stator.cli.tabular import table
    from stator.model.drawing import short

    for each in sketch.tables:
        keys = ", ".join(f"{way or 'key'} {_key(each, way)}" for way in each.ways)
        print(f"{each.name}: {keys}{f', ttl {each.ttl}' if each.ttl else ''}")
    if sketch.ways:
        rows = [
            (
                f"{way.name}({way.given})",
                way.yields,
                f"{way.operation} {way.index or way.table}",
                way.condition,
            )
            for way in sketch.ways
        ]
        print(f"\n{table(_HEADER, rows)}")
    elif sketch.entities:
        shown = [(each.name, each.table, short(", ".join(each.keys.values()))) for each in sketch.entities]
        print(f"\n{table(('ENTITY', 'TABLE', 'KEY'), shown)}")
    if sketch.cautions:
        print("\n" + "\n".join(f"warning: {each}" for each in sketch.cautions))
    for out in written:
        print(f"wrote {out}", file=sys.stderr)


def _key(table: Any, way: str | None) -> str:
    return " + ".join(
        ", ".join(f"{key.name}{'' if key.type == 'S' else f' ({key.type})'}" for key in keys)
        for keys in table.key(way)
        if keys
    )


def _members(sketch: Sketch) -> dict[str, Any]:
    """For programs."""
    return {
        "name": sketch.name,
        "tables": [table.definition(table.name) for table in sketch.tables],
        "entities": [{"name": each.name, "table": each.table, "keys": dict(each.keys)} for each in sketch.entities],
        "patterns": [
            {
                "name": way.name, "kind": way.kind, "given": way.given, "yields": way.yields,
                "operation": way.operation, "table": way.table, "index": way.index, "condition": way.condition,
                "about": way.about,
            }
            for way in sketch.ways
        ],
        "warnings": list(sketch.cautions),
    }  # fmt: skip
