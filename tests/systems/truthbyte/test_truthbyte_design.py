"""The tables: their names, the template beside them, and what making them does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import stator
import systems.truthbyte
from stator.cli import main
from stator.errors import ContinuousBackupsUnavailableException
from stator.model.cautions import cautions_of
from systems.truthbyte import TruthByte, TruthByteTables

TEMPLATE = Path(systems.truthbyte.__file__).with_name("template.yaml")
TYPES = (
    "questions",
    "question-categories",
    "categories",
    "answers",
    "sessions",
    "submitted-questions",
    "users",
    "daily-questions",
    "question-tags",
)


def test_every_table_is_made_with_recovery_and_on_demand(game: TruthByte) -> None:
    assert game.create_tables() == []
    client = game.tables.db.client
    for name in TYPES:
        full = f"dev-truthbyte-{name}"
        table = client.describe_table(TableName=full)["Table"]
        assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
        backups = client.describe_continuous_backups(TableName=full)["ContinuousBackupsDescription"]
        assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


def test_recovery_is_asked_for_until_a_new_table_takes_it() -> None:
    """As on AWS, which refuses it for some seconds."""
    db, slept = _NotYet(stator.open()), list[float]()
    game = TruthByte(db, sleep=slept.append)
    assert len(game.create_tables()) == len(slept) == len(TYPES)
    full = game.tables.table_name("users")
    backups = db.client.describe_continuous_backups(TableName=full)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


class _NotYet:
    """A database whose tables take recovery when they are asked again."""

    def __init__(self, db: Any) -> None:
        self._db = db
        self._asked: set[str] = set()

    @property
    def client(self) -> Any:
        return self

    @property
    def meta(self) -> Any:
        return type("Meta", (), {"client": self})

    def update_continuous_backups(self, **request: Any) -> Any:
        if request["TableName"] not in self._asked:
            self._asked.add(request["TableName"])
            raise ContinuousBackupsUnavailableException("Backups are being enabled for the table")
        return self._db.client.update_continuous_backups(**request)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._db, name, None) or getattr(self._db.client, name)


def test_the_environments_have_tables_of_their_own(game: TruthByte) -> None:
    prod = TruthByte(game.tables.db, "prod")
    assert prod.create_tables() == [f"prod-truthbyte-{name}" for name in TYPES]


def test_the_template_is_the_design(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["design", str(TEMPLATE), "--json"]) == 0
    told = {each["TableName"]: each for each in json.loads(capsys.readouterr().out)["tables"]}
    assert told.keys() == {f"dev-truthbyte-{name}" for name in TYPES}
    for table in TruthByteTables.tables:
        full = f"dev-truthbyte-{table.name}"
        assert _sorted(told[full]) == _sorted(table.definition(full))


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_the_applied_template_is_what_the_design_makes(
    environment: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    applied, made = str(tmp_path / "applied.db"), str(tmp_path / "made.db")
    code = main(
        ["apply", str(TEMPLATE), "--data", applied, "--parameter", f"Environment={environment}", "--yes"]
    )
    assert code == 0, capsys.readouterr().err
    with stator.open(applied) as one, stator.open(made) as other:
        assert TruthByteTables(one, environment).create_tables() == []
        TruthByteTables(other, environment).create_tables()
        for name in TYPES:
            full = f"{environment}-truthbyte-{name}"
            assert _shape(one, full) == _shape(other, full)


def test_an_unknown_environment_is_refused(memory: Any) -> None:
    with pytest.raises(stator.errors.StatorError, match="there is no environment 'test'; there are dev, prod"):
        TruthByte(memory.open(), "test")


def test_the_design_warns_of_what_it_has_chosen() -> None:
    """Three statuses are three partitions: pending stays short, and nothing queries the other two at rate."""
    assert [each.partition(":")[0] for each in cautions_of(TruthByteTables)] == ["hot partition"] + ["scan"] * 5


def _shape(db: Any, name: str) -> Any:
    table = db.client.describe_table(TableName=name)["Table"]
    backups = db.client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    wanted = ("AttributeDefinitions", "KeySchema", "BillingModeSummary")
    shape = {member: table[member] for member in wanted}
    shape["BillingModeSummary"] = shape["BillingModeSummary"]["BillingMode"]
    shape["indexes"] = [
        {member: index[member] for member in ("IndexName", "KeySchema", "Projection")}
        for index in table.get("GlobalSecondaryIndexes", ())
    ]
    shape["recovery"] = backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"]
    return _sorted(shape)


def _sorted(part: Any) -> Any:
    if isinstance(part, dict):
        return {name: _sorted(each) for name, each in sorted(part.items())}
    if isinstance(part, list):
        return sorted(map(_sorted, part), key=repr)
    return part
