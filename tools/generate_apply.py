"""Writes the tables of docs/apply.md: each property of the resource types that `stator apply` knows, and what comes of
it. Run it after changing their schemas in stator.templates:

    python tools/generate_apply.py
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from stator.templates.properties import Kind, Property
from stator.templates.tables import SCHEMAS

PAGE = Path(__file__).resolve().parent.parent / "docs" / "apply.md"
_BEGIN = "<!-- properties: made by tools/generate_apply.py -->"
_END = "<!-- end of properties -->"


def render() -> str:
    """The page, with its tables as the code has them."""
    before, _, rest = PAGE.read_text("utf-8").partition(_BEGIN)
    after = rest.partition(_END)[2]
    tables = "\n\n".join(_table(name, schema) for name, schema in SCHEMAS.items())
    return f"{before}{_BEGIN}\n\n{tables}\n\n{_END}{after}"


def _table(name: str, schema: Property) -> str:
    rows = [f"| `{path}` | {_values(each)} | {_does(each)} |" for path, each in _rows("", schema)]
    return "\n".join([f"### {name}", "", "| property | takes | what is made of it |", "|---|---|---|", *rows])


def _rows(path: str, property_: Property) -> Iterator[tuple[str, Property]]:
    """What is refused as a whole has no rows of its members."""
    for name, member in property_.members.items():
        here = f"{path}.{name}".removeprefix(".")
        yield here, member
        if member.refused:
            continue
        yield from _rows(here, member)
        if member.element is not None and member.element.members:
            yield from _rows(f"{here}[]", member.element)


def _values(property_: Property) -> str:
    takes = ", ".join(f"`{each}`" for each in property_.allowed) or property_.kind.value
    if property_.kind is Kind.INTEGER and (property_.least is not None or property_.most is not None):
        takes = (
            f"{property_.least}-{property_.most}"
            if property_.most is not None
            else f"{property_.least} or more"
        )
    return f"{takes}; required" if property_.required else takes


def _does(property_: Property) -> str:
    if property_.refused:
        return f"**Refused**: {property_.refused}"
    return property_.does or "as given"


if __name__ == "__main__":
    PAGE.write_text(render(), "utf-8")
