"""The flags of DynamoDB Local, so that a command line made for it works here, with a hint at what replaces it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath


def _path(value: str) -> list[str]:
    return ["--data", str(PurePath(value) / "stator.db")]


def _origins(value: str) -> list[str]:
    origins = [origin.strip() for origin in value.strip("[]").split(",")]
    return [part for origin in origins if origin for part in ("--cors-origin", origin)]


_SWITCHES: dict[str, tuple[list[str], str]] = {
    "-inMemory": (["--data", ":memory:"], "--data :memory:"),
    "-sharedDb": (["--namespace", "shared"], "--namespace shared, which is the default"),
    "-delayTransientStatuses": (["--lingering-states"], "--lingering-states"),
    "-optimizeDbBeforeStartup": ([], "nothing: the file needs no such pass"),
    "-disableTelemetry": ([], "nothing: there is no telemetry"),
    "-help": (["--help"], "--help"),
}
_VALUED: dict[str, tuple[Callable[[str], list[str]], str]] = {
    "-port": (lambda value: ["--port", value], "--port"),
    "-dbPath": (_path, "--data"),
    "-cors": (_origins, "--cors-origin, once for each origin"),
}


def translate(arguments: list[str]) -> tuple[list[str], list[str]]:
    """The arguments with those of DynamoDB Local replaced, and a hint for each."""
    translated: list[str] = []
    hints: list[str] = []
    rest = iter(arguments)
    for argument in rest:
        if argument in _SWITCHES:
            instead, text = _SWITCHES[argument]
            translated += instead
            hints.append(f"{argument} is DynamoDB Local's flag; here it is {text}")
        elif argument in _VALUED:
            make, text = _VALUED[argument]
            value = next(rest, None)
            # Without its value the flag's own parser says what is missing
            translated += make(value) if value is not None else [text.partition(",")[0]]
            hints.append(f"{argument} is DynamoDB Local's flag; here it is {text}")
        else:
            translated.append(argument)
    return translated, hints


def is_flag(argument: str) -> bool:
    return argument in _SWITCHES or argument in _VALUED
