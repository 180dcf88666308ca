"""Writes docs/operations.md: each operation of the model and each of its parameters, as AWS's or not. Run it after
changing stator.api.departures, stator.api.pending or the model:

    python tools/generate_operations.py
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from stator.api.departures import DIFFERENT, DIFFERENT_PARAMETERS, NOT_YET, PARAMETERS_NOT_YET
from stator.api.pending import IMPLEMENTED, PENDING
from stator.api.shapes import DYNAMODB, STREAMS
from stator.api.shapes.model import load

OUTPUT = Path(__file__).resolve().parent.parent / "docs" / "operations.md"
_TITLES = {DYNAMODB: "dynamodb", STREAMS: "dynamodbstreams"}
_INTRODUCTION = """\
# Operations

Every operation of AWS's model (botocore {botocore}) and every parameter of it. **As AWS** is meant to be as the
service is, down to the words of its errors; tests and the public conformance suite hold it so. **Differs** says how.
**Not yet** is refused by its name, never accepted and ignored. All that differs is told in
[differences](differences.md).

Made by `tools/generate_operations.py` from the code; a test holds it.

| service | operations | as AWS | differ | not yet |
|---|---|---|---|---|
{summary}
"""


def render() -> str:
    """The page."""
    summary = "\n".join(_summary(service) for service in _TITLES)
    parts = [_INTRODUCTION.format(botocore=load().botocore, summary=summary)]
    for service, title in _TITLES.items():
        parts.append(f"## {title}\n")
        parts += [_operation(service, name) for name in sorted(load().services[service].operations)]
    return "\n".join(parts)


def parameters(service: str, operation: str) -> list[str]:
    model = load().services[service]
    return list(model.shapes[model.operations[operation].input].members)


def _summary(service: str) -> str:
    names = load().services[service].operations
    later = [name for name in names if name not in IMPLEMENTED[service] or name in NOT_YET]
    differ = [name for name in names if name not in later and _departs(name)]
    alike = len(names) - len(later) - len(differ)
    return f"| {_TITLES[service]} | {len(names)} | {alike} | {len(differ)} | {len(later)} |"


def _departs(operation: str) -> bool:
    return operation in DIFFERENT or operation in DIFFERENT_PARAMETERS or operation in PARAMETERS_NOT_YET


def _operation(service: str, name: str) -> str:
    lines = [f"### {name}\n", f"{_verdict(service, name)}\n"]
    if name in IMPLEMENTED[service] and name not in NOT_YET:
        lines += _parameters(service, name)
    else:
        lines.append(
            f"Parameters: {_quoted(parameters(service, name))}.\n" if parameters(service, name) else ""
        )
    return "\n".join(lines)


def _verdict(service: str, name: str) -> str:
    if name not in IMPLEMENTED[service]:
        return f"**Not yet**: {PENDING[service][name]}."
    if name in NOT_YET:
        return f"**Not yet**: {NOT_YET[name]}."
    if name in DIFFERENT:
        return f"**Differs**: {DIFFERENT[name]}."
    return "**As AWS**." if not _departs(name) else "**As AWS**, but for some parameters."


def _parameters(service: str, operation: str) -> Iterator[str]:
    differ = DIFFERENT_PARAMETERS.get(operation, {})
    later = PARAMETERS_NOT_YET.get(operation, {})
    alike = [name for name in parameters(service, operation) if name not in differ and name not in later]
    if alike:
        yield f"- As AWS: {_quoted(alike)}"
    yield from _listed("Differs", differ)
    yield from _listed("Not yet", later)
    yield ""


def _listed(word: str, departures: Mapping[str, str]) -> list[str]:
    return [f"- {word}: `{name}`: {how}" for name, how in sorted(departures.items())]


def _quoted(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    OUTPUT.write_text(render())
