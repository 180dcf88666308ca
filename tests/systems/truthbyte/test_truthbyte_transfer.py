"""Every table to files and back: the same items, of the same types."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from truthbyte_play import Place

import stator
from stator.model import ref
from systems.truthbyte import TruthByte
from systems.truthbyte.design import Category
from systems.truthbyte.transfer import (
    TransferError,
    copy_tables,
    export_tables,
    import_tables,
    item_of,
    items_of,
    line_of,
    table_types,
)
from systems.truthbyte.upload import read, upload
from systems.truthbyte.world import Settings

SAMPLE = Path(__file__).resolve().parent / "sample_questions.jsonl"

EVERY_TYPE: dict[str, Any] = {
    "user_id": "of every type",
    "text": 'ünïcode \u2028 " \\ \n',
    "number": Decimal("-1234567890.123456789012345678901234567"),
    "tiny": Decimal("1E-130"),
    "large": Decimal("9.9999999999999999999999999999999999999E+125"),
    "bytes": bytes(range(256)),
    "no bytes": b"",
    "yes": True,
    "none": None,
    "texts": {"a", "b"},
    "numbers": {Decimal("1"), Decimal("2.50")},
    "many bytes": {b"\x00", b"\xff"},
    "list": [1, "1", [], {}, None, False, {"deep": [b"\x01", {"set": {"x"}}]}],
}


def every_item(game: TruthByte) -> dict[str, list[str]]:
    return {
        table: sorted(
            line_of(_in_order(item)) for item in items_of(game.tables.db, game.tables.table_name(table))
        )
        for table in table_types(game.tables)
    }


def _in_order(value: Any) -> Any:
    """Members of maps and of sets by name, as their order means nothing."""
    if isinstance(value, dict):
        return {
            name: _in_order(sorted(each) if name in ("SS", "NS", "BS") else each)
            for name, each in sorted(value.items())
        }
    return [_in_order(each) for each in value] if isinstance(value, list) else value


def fill(game: TruthByte) -> None:
    """Something in every table, as the game itself writes it, and one item with every type."""
    game.create_tables()
    upload(game, read(SAMPLE.read_bytes().splitlines()).questions)
    game.submit_daily("ann", {each.id: True for each in game.daily().questions})
    session = game.open_session("203.0.113.7")
    game.answer(session.session_id, "t001", True, 1500)
    game.answer("ann", "t002", True)
    first = game.propose(
        "ann", question="Is a proposal exported?", suggested_answer=True, categories=["games"]
    )
    game.propose(
        "bob", question="Is a second one exported?", suggested_answer=False, categories=["games", "x"]
    )
    game.approve(first.id, "moderator")
    game.tables.db.table(game.tables.table_name("users")).put_item(Item=EVERY_TYPE)


def game_on(db: Any, environment: str = "dev") -> TruthByte:
    return TruthByte(db, environment, settings=Settings(ip_salt="salt"))


def test_what_is_exported_and_imported_is_the_same_in_every_table(place: Place, tmp_path: Path) -> None:
    db = place.open()
    source = game_on(db)
    fill(source)
    exported = export_tables(source.tables, tmp_path)
    wanted = every_item(source)
    assert exported == {table: len(items) for table, items in wanted.items()}
    assert all(exported.values()), "something of every table"
    beside = game_on(db, "prod")
    assert import_tables(beside.tables, tmp_path) == exported
    assert every_item(beside) == wanted
    with stator.open() as elsewhere:
        there = game_on(elsewhere)
        for _ in range(2):
            import_tables(there.tables, tmp_path)
            assert every_item(there) == wanted


def test_a_copy_is_the_same_without_files(place: Place) -> None:
    source = game_on(place.open())
    fill(source)
    with stator.open() as elsewhere:
        copy = game_on(elsewhere)
        copy_tables(source.tables, copy.tables)
        assert every_item(copy) == every_item(source)


def test_a_table_of_many_pages_is_exported_to_its_end(tmp_path: Path) -> None:
    with stator.open() as db:
        source = game_on(db)
        source.create_tables()
        table = db.table(source.tables.table_name("users"))
        for number in range(40):
            table.put_item(Item={"user_id": f"u{number}", "filler": "x" * 100_000})
        assert table.scan()["LastEvaluatedKey"]
        assert export_tables(source.tables, tmp_path)["users"] == 40
        import_tables(game_on(db, "prod").tables, tmp_path)
        assert every_item(game_on(db, "prod")) == every_item(source)


@pytest.mark.parametrize("value", EVERY_TYPE.items(), ids=[*EVERY_TYPE])
def test_a_line_is_in_the_types_of_dynamodb_and_comes_back(value: tuple[str, Any]) -> None:
    with stator.open() as db:
        game = game_on(db)
        game.create_tables()
        name = game.tables.table_name("users")
        db.table(name).put_item(Item={"user_id": "u", value[0]: value[1]})
        (item,) = items_of(db, name)
        back = item_of(line_of(item))
        assert back[value[0]] == value[1]
        assert type(json.loads(line_of(item))["Item"][value[0]]) is dict


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "Expecting"),
        ("[]", 'no {"Item"'),
        ('{"Item": []}', 'no {"Item"'),
        ('{"id": {"S": "q1"}}', 'no {"Item"'),
        ('{"Item": {"id": "q1"}}', "no attribute value"),
        ('{"Item": {"id": {"S": 1}}}', "no attribute value"),
        ('{"Item": {"id": {"S": "a", "N": "1"}}}', "no attribute value"),
        ('{"Item": {"id": {"N": "one"}}}', ""),
        ('{"Item": {"id": {"B": "?"}}}', ""),
        ('{"Item": {"id": {"SS": [[]]}}}', ""),
        ('{"Item": {"id": {"NULL": false}}}', "no attribute value"),
    ],
)
def test_a_line_that_is_no_item_is_named(line: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "users.jsonl").write_text(f'{{"Item": {{"user_id": {{"S": "u"}}}}}}\n{line}\n')
    with stator.open() as db, pytest.raises(TransferError) as caught:
        import_tables(game_on(db).tables, tmp_path)
    assert str(caught.value).startswith(f"{tmp_path / 'users.jsonl'}, line 2: {says}")


def test_a_folder_without_an_export_is_refused_before_tables_are_made(tmp_path: Path) -> None:
    with stator.open() as db:
        with pytest.raises(TransferError, match=r"has none of the files that an export makes \(questions,"):
            import_tables(game_on(db).tables, tmp_path)
        assert [*db.tables.all()] == []


def test_an_export_that_fails_leaves_the_one_before(tmp_path: Path) -> None:
    class Lost(Exception):
        pass

    def lose(table: str, done: int) -> None:
        if table == "users" and done:
            raise Lost

    with stator.open() as db:
        game = game_on(db)
        fill(game)
        export_tables(game.tables, tmp_path)
        before = (tmp_path / "users.jsonl").read_bytes()
        game.submit_daily("eve", {})
        with pytest.raises(Lost):
            export_tables(game.tables, tmp_path, lose)
        assert (tmp_path / "users.jsonl").read_bytes() == before
        assert {file.name for file in tmp_path.iterdir()} == {
            f"{table}.jsonl" for table in table_types(game.tables)
        }


def test_an_import_in_this_process_reaches_the_cached_counts(tmp_path: Path) -> None:
    game = game_on(stator.open())
    fill(game)
    export_tables(game.tables, tmp_path)
    game.tables.update(ref(Category, name="music"), {"count": 99})
    assert game.category_count("music") == 99
    import_tables(game.tables, tmp_path)
    assert game.category_count("music") == 3
