"""`stator design`: what it prints, draws and writes, and that it reads back what it wrote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from shop_design import Shop
from test_model_seed_designs import BizTech, LetsGo, TruthByte
from test_model_several_attributes import Games

from stator.cli import main
from stator.model import Design, Entity, Gsi, Lsi, Stored, Suffix, Table, query
from stator.model.cautions import cautions_of
from stator.model.cloudformation import table_from, template_of
from stator.model.drawing import html_of, svg_of
from stator.model.sketches import sketch_of
from stator.model.workbench import model_of, sketch_from

HERE = Path(__file__).parent
SHOP = str(HERE / "shop_design.py")
DESIGNS = (Shop, BizTech, LetsGo, TruthByte)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["design", *arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_it_prints_each_pattern_against_its_key(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, SHOP)
    assert code == 0
    assert "shop: key pk + sk, byStatus gsi1pk + gsi1sk, byNote pk + lsi1sk, ttl expires_at" in out
    (line,) = [line.split("  ") for line in out.splitlines() if line.startswith("orders_that_are")]
    cells = [cell.strip() for cell in line if cell.strip()]
    assert cells == [
        "orders_that_are(status, least?, most?)",
        "Order",
        "Query byStatus",
        "gsi1pk = STATUS#{status}, gsi1sk at least / at most {priority}",
    ]
    assert "warning: scan: every_order reads all of shop, because the nightly export reads all" in out


def test_strict_refuses_a_design_with_warnings(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, SHOP, "--strict")[0] == 1


def test_it_tells_programs_everything(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, SHOP, "--json")
    told = json.loads(out)
    assert {each["name"] for each in told["patterns"]} == set(Shop._served)
    assert told["tables"][0]["TableName"] == "shop"


@pytest.mark.parametrize("design", DESIGNS)
def test_the_picture_is_well_formed_and_shows_all_there_is(design: type[Design]) -> None:
    sketch = sketch_of(design)
    picture = ElementTree.fromstring(svg_of(sketch))
    texts = {element.text for element in picture.iter("{http://www.w3.org/2000/svg}text")}
    assert {each.name for each in sketch.entities} <= texts
    assert all(any(text and text.startswith(f"{way.name}(") for text in texts) for way in sketch.ways)
    page = html_of(sketch)
    assert all(way.name in page for way in sketch.ways)
    assert "<script" not in page


def test_what_a_design_holds_cannot_break_out_of_its_picture() -> None:
    class Odd(Entity):
        stored = Stored({"pk": "<b>&{a}"}, name="<script>")

        a: str

    class Odds(Design):
        table = Table("t")
        entities = (Odd,)

    assert "<script>" not in html_of(sketch_of(Odds))
    ElementTree.fromstring(svg_of(sketch_of(Odds)))


class Deployed(LetsGo):
    naming = Suffix("-{environment}", among=("dev", "prod"))


@pytest.mark.parametrize("design", [*DESIGNS, Games, Deployed])
def test_a_template_is_read_back_by_the_command_as_the_tables_it_is_of(
    design: type[Design], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "tables.json"
    place.write_text(json.dumps(template_of(sketch_of(design))))
    _, out, _ = run(capsys, str(place), "--json")
    environment = design.naming.environments[0]
    expected = [
        table.definition(design.naming.table_name(table.name, environment)) for table in design._tables
    ]
    by_name = {each["TableName"]: each for each in json.loads(out)["tables"]}
    for definition in expected:
        assert _sorted(by_name[definition["TableName"]]) == _sorted(definition)


@pytest.mark.parametrize("design", DESIGNS)
def test_a_workbench_model_is_read_back_with_its_entities(design: type[Design]) -> None:
    sketch = sketch_of(design)
    again = sketch_from(json.loads(json.dumps(model_of(sketch))))
    assert [each.name for each in again.entities] == [
        each.name for table in sketch.tables for each in sketch.entities_of(table)
    ]
    for table, read in zip(sketch.tables, again.tables, strict=True):
        assert read.keys() == table.keys()
        assert list(read.indexes) == [each for each in table.indexes if isinstance(each, Gsi)]
    assert again.entities[0].items[0] == dict(again.entities[0].items[0])


def test_a_table_is_read_from_what_describes_it() -> None:
    table = Table("t", pk=("n", "N"), sk="s", indexes=(Lsi("l", "x", project=("y", "_type")),), stream="NEW_IMAGE")
    assert table_from(table.definition("t")) == table


WRONG: list[tuple[list[str], int, str]] = [
    (["nowhere.py"], 2, "nowhere.py: there is no such file"),
    ([str(HERE / "test_model_seed_designs.py")], 2, "has 3 designs: name one, TruthByte, BizTech, LetsGo"),
    ([f"{SHOP}:Shopp"], 2, "has no design Shopp; it has Shop"),
]


@pytest.mark.parametrize(("arguments", "code", "says"), WRONG)
def test_what_cannot_be_read_is_said_in_a_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, says: str
) -> None:
    found, _, err = run(capsys, *arguments)
    assert (found, says in err) == (code, True), err


def test_a_wrong_design_is_told_and_exits_with_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "wrong.py"
    place.write_text("from stator.model import *\nclass D(Design):\n    pass\n")
    code, _, err = run(capsys, str(place))
    assert (code, "a design needs a table" in err) == (1, True)


class Reading(Entity):
    stored = Stored(
        {"pk": "DEVICE#{device}", "sk": "{at:12}", "gpk": "ALL"},
        item_bytes=2000, per_partition=10_000_000, writes_per_s=600,
    )  # fmt: skip

    device: str
    at: int
    kind: bool = True


class Sensors(Design):
    table = Table("s", sk="sk", indexes=(Gsi("all", "gpk"), Gsi("kinds", ("kind", "N")), Lsi("other", "x")))
    entities = (Reading,)

    latest = query(Reading, per_call=1000, per_second=20).given("device")
    of_kind = query(Reading, index="kinds").given("kind")


def test_the_warnings_say_what_will_go_wrong() -> None:
    assert cautions_of(Sensors) == [
        "hot partition: every Reading lies in one partition of s.all, 'ALL'",
        "hot partition: Reading has at most 2 partitions in s.kinds",
        "hot partition: Reading is written with 1,200 units a second to one partition; it takes 1,000: shard its key",
        "unused index: no pattern goes by s.all, and each write pays for it",
        "unused index: no pattern goes by s.other, and each write pays for it",
        "hot partition: latest reads 4,890 units a second; one partition gives 3,000",
        "item collection: DEVICE#{device} of s grows to 19 GB; a local index ends it at 10 GB: writes will fail",
    ]


def _sorted(definition: Any) -> Any:
    if isinstance(definition, dict):
        return {name: _sorted(each) for name, each in sorted(definition.items())}
    if isinstance(definition, list):
        return sorted(map(_sorted, definition), key=repr)
    return definition
