"""DynamoDB Local's flags do here what they did there, with a hint."""

from __future__ import annotations

import pytest

from stator.cli.dynamodb_local import is_flag, translate

CASES = [
    (["-inMemory"], ["--data", ":memory:"], "--data :memory:"),
    (["-port", "9000"], ["--port", "9000"], "--port"),
    (["-dbPath", "data"], ["--data", "data/stator.db"], "--data"),
    (["-sharedDb"], ["--namespace", "shared"], "--namespace shared"),
    (["-delayTransientStatuses"], ["--lingering-states"], "--lingering-states"),
    (["-optimizeDbBeforeStartup"], [], "nothing"),
    (["-disableTelemetry"], [], "no telemetry"),
    (["-cors", "https://a.example,https://b.example"],
     ["--cors-origin", "https://a.example", "--cors-origin", "https://b.example"], "--cors-origin"),
    (["-help"], ["--help"], "--help"),
    (["-port"], ["--port"], "--port"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "translated", "hint"), CASES)
def test_a_flag_is_translated_with_a_hint(given, translated, hint):
    arguments, hints = translate(["serve", *given, "--seed", "1"])
    assert arguments == ["serve", *translated, "--seed", "1"]
    assert len(hints) == 1
    assert given[0] in hints[0]
    assert hint in hints[0]
    assert is_flag(given[0])


def test_other_arguments_pass_untouched():
    assert translate(["serve", "--port", "1", "-x"]) == (["serve", "--port", "1", "-x"], [])
    assert not is_flag("--port")
