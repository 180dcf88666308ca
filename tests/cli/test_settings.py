"""Settings: where they come from, which wins, and how a wrong one is refused."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from stator.cli.serving import like_aws_of
from stator.cli.settings import SETTINGS, Settings
from stator.cli.sources import resolve
from stator.engine.like_aws import EASY, LikeAws
from stator.errors import SettingError

DOCUMENT = Path(__file__).parents[2] / "docs" / "settings.md"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def settings(flags=None, env=None, toml=None, config=None) -> Settings:
    if toml is not None:
        Path("stator.toml").write_text(toml)
    return resolve(flags or {}, env or {}, config)


def test_the_table_and_the_dataclass_have_the_same_settings():
    assert [setting.name for setting in SETTINGS] == [field.name for field in fields(Settings)]


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_a_default_is_a_value_that_is_allowed(setting):
    if setting.default not in (None, ()):
        assert setting.parse(setting.default) == setting.default


def test_without_a_word_the_defaults_stand():
    found = settings()
    assert (found.host, found.port, found.data, found.durability) == (
        "127.0.0.1",
        8000,
        "./stator.db",
        "full",
    )
    assert like_aws_of(found) == EASY


def test_a_flag_wins_over_the_environment_over_the_file_over_the_default():
    toml = 'port = 1\nregion = "file-1"\nnamespace = "region"'
    env = {"STATOR_PORT": "2", "STATOR_REGION": "env-1"}
    found = settings({"port": "3"}, env, toml)
    assert (found.port, found.region, found.namespace, found.durability) == (3, "env-1", "region", "full")


@pytest.mark.parametrize(
    ("toml", "name", "value"),
    [
        ("port = 9000", "port", 9000),
        ('port = "9000"', "port", 9000),
        ("slow-ms = 2.5", "slow_ms", 2.5),
        ("slow_ms = 100", "slow_ms", 100.0),
        ("like_aws = true", "like_aws", True),
        ('like-aws = "off"', "like_aws", False),
        ('allowed_host = ["a.example", "*.b.example"]', "allowed_host", ("a.example", "*.b.example")),
        ('allowed_host = "a.example"', "allowed_host", ("a.example",)),
        ("seed = 0", "seed", 0),
    ],
)
def test_a_file_is_toml_with_either_spelling(toml, name, value):
    assert getattr(settings(toml=toml), name) == value


@pytest.mark.parametrize(
    ("variable", "text", "name", "value"),
    [
        ("STATOR_SLOW_MS", "250", "slow_ms", 250.0),
        ("STATOR_ALLOW_ANYONE", "true", "allow_anyone", True),
        ("STATOR_ALLOW_ANYONE", "0", "allow_anyone", False),
        (
            "STATOR_CORS_ORIGIN",
            "https://a.example, http://b:3000",
            "cors_origin",
            ("https://a.example", "http://b:3000"),
        ),
        ("STATOR_DATA", ":memory:", "data", ":memory:"),
        ("STATOR_SEED", "", "seed", None),
    ],
)
def test_a_variable_of_the_environment(variable, text, name, value):
    assert getattr(settings(env={variable: text}), name) == value


REFUSED = [
    ({"port": "x"}, {}, None, "--port is 'x'; allowed: 0 to 65535; 0 picks a free one"),
    ({"port": "65536"}, {}, None, "--port is '65536'"),
    ({"port": "-1"}, {}, None, "--port is '-1'"),
    ({"port": "8_0"}, {}, None, "--port is '8_0'"),
    ({"durability": "fast"}, {}, None, "--durability is 'fast'; allowed: full or relaxed"),
    ({"slow_ms": "nan"}, {}, None, "--slow-ms is 'nan'"),
    ({"conflict_rate": "1.1"}, {}, None, "--conflict-rate is '1.1'; allowed: 0 to 1"),
    ({"conflict_rate": "nan"}, {}, None, "--conflict-rate is 'nan'"),
    ({}, {}, "conflict_rate = true", "conflict_rate in stator.toml is 'True'"),
    ({"region": "a:b"}, {}, None, "--region is 'a:b'"),
    ({"data": " "}, {}, None, "--data is ' '"),
    ({"allowed_host": ["ok", "not ok"]}, {}, None, "--allowed-host is 'not ok'"),
    (
        {"cors_origin": ["example.com"]},
        {},
        None,
        "--cors-origin is 'example.com'; allowed: an origin such as",
    ),
    ({}, {"STATOR_LOG_FORMAT": "xml"}, None, "STATOR_LOG_FORMAT is 'xml'; allowed: text or json"),
    ({}, {"STATOR_LIKE_AWS": "maybe"}, None, "STATOR_LIKE_AWS is 'maybe'; allowed: true or false"),
    ({}, {"STATOR_PROT": "1"}, None, "STATOR_PROT: there is no such setting; did you mean STATOR_PORT?"),
    ({}, {"STATOR_PORT": "tcp://10.0.0.1:8000"}, None, "STATOR_PORT is 'tcp://10.0.0.1:8000'"),
    ({}, {}, "port = true", "port in stator.toml is 'True'"),
    ({}, {}, "namespace = 3", "namespace in stator.toml is '3'; allowed: shared, region or account-region"),
    ({}, {}, "prot = 1", "stator.toml: there is no setting 'prot'; did you mean port?"),
    ({}, {}, "port = ", "stator.toml is no TOML file"),
    ({}, {"STATOR_CONFIG": "absent.toml"}, None, "STATOR_CONFIG: cannot read absent.toml"),
    # What a flag overrides must still be right
    ({"port": "1"}, {"STATOR_PORT": "x"}, None, "STATOR_PORT is 'x'"),
]


@pytest.mark.parametrize(("flags", "env", "toml", "text"), REFUSED, ids=[text for *_, text in REFUSED])
def test_a_wrong_setting_is_refused_with_its_name_its_place_and_what_is_allowed(flags, env, toml, text):
    with pytest.raises(SettingError) as refused:
        settings(flags, env, toml)
    assert text in str(refused.value)


def test_a_file_that_was_named_must_be_there():
    with pytest.raises(SettingError, match=r"--config: cannot read other\.toml"):
        settings(config="other.toml")


def test_the_variables_that_kubernetes_makes_for_a_service_of_this_name_are_no_settings():
    env = {"STATOR_SERVICE_HOST": "10.0.0.1", "STATOR_PORT_8000_TCP": "tcp://10.0.0.1:8000"}
    assert settings(env=env).port == 8000


def test_like_aws_turns_on_all_and_each_can_be_chosen_by_itself():
    assert like_aws_of(settings({"like_aws": "true"})) == LikeAws.all()
    assert like_aws_of(settings({"stale_reads": True})) == LikeAws(stale_reads=True)
    assert like_aws_of(settings({"like_aws": True, "index_lag": False})).index_lag is False
    assert like_aws_of(settings({"like_aws": True, "index_lag": False})).partial_batches is True


@pytest.mark.parametrize(
    ("flags", "rate"),
    [
        ({}, 0.0),
        ({"like_aws": True}, LikeAws.all().conflict_rate),
        ({"like_aws": True, "conflict_rate": "0"}, 0.0),
        ({"conflict_rate": "0.25"}, 0.25),
        ({"conflict_rate": "1"}, 1.0),
    ],
)
def test_conflicts_come_with_like_aws_or_at_their_own_rate(flags, rate):
    assert like_aws_of(settings(flags)).conflict_rate == rate


def test_the_document_has_each_setting_as_the_table_has_it():
    rows = re.findall(
        r"^\| `(\w+)` \| `(--[\w-]+)` \| `(STATOR_\w+)` \| (.*?) \| (.*?) \|", DOCUMENT.read_text(), re.M
    )
    assert rows == [(s.name, s.flag, s.env, s.default_text, s.allowed) for s in SETTINGS]
