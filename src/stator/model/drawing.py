"""A sketch as a picture: each table with its entities side by side, their keys and sample items, then the patterns.

SVG, and a page of HTML around it that needs nothing else. Both follow the reader's light or dark setting.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final
from unicodedata import east_asian_width

from stator.model.sketches import AccessPattern, Shown, Sketch
from stator.model.tables import Table

_CHARACTER: Final = 7.3
_ROW: Final = 22
_PAD: Final = 10
_GAP: Final = 26
_CELL_CHARACTERS_MAX: Final = 44
_WIDTH_MAX: Final = 1500
_COLOURS: Final = ("#2563eb", "#b45309", "#047857", "#b91c1c", "#6d28d9", "#be185d", "#0f766e", "#4d7c0f")

_STYLE: Final = """
svg { --ink: #1f2937; --faint: #6b7280; --paper: #ffffff; --line: #d1d5db; --key: #f3f4f6; background: var(--paper);
  font: 12px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
@media (prefers-color-scheme: dark) { svg { --ink: #e5e7eb; --faint: #9ca3af; --paper: #111827; --line: #374151;
  --key: #1f2937; } }
text { fill: var(--ink); } .faint { fill: var(--faint); } .title { font-weight: 700; font-size: 15px; }
.head { font-weight: 700; } .box { fill: none; stroke: var(--line); } .key { fill: var(--key); }
.on { fill: #ffffff; font-weight: 700; }
"""


class _Canvas:
    """Gathers shapes; knows how far they reach."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.width = 0.0
        self.height = 0.0

    def rect(self, x: float, y: float, width: float, height: float, kind: str, fill: str = "") -> None:
        style = f' fill="{fill}"' if fill else ""
        corners = "" if kind == "key" else ' rx="4"'
        self.parts.append(
            f'<rect class="{kind}" x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"{corners}{style}/>'
        )
        self.width, self.height = max(self.width, x + width), max(self.height, y + height)

    def text(self, x: float, y: float, text: str, kind: str = "") -> None:
        said = f' class="{kind}"' if kind else ""
        self.parts.append(f'<text{said} x="{x:g}" y="{y:g}">{escape(text)}</text>')
        self.width, self.height = max(self.width, x + _wide(text)), max(self.height, y + 6)


def svg_of(sketch: Sketch, *, with_patterns: bool = True) -> str:
    canvas = _Canvas()
    canvas.text(_PAD, 26, sketch.name, "title")
    y = 46.0
    for table in sketch.tables:
        y = _table(canvas, sketch, table, y) + _GAP
    if sketch.ways and with_patterns:
        _ways(canvas, sketch.ways, y)
    width, height = canvas.width + _PAD, canvas.height + _PAD
    body = "\n".join(canvas.parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-label="{escape(sketch.name)}">\n'
        f"<style>{_STYLE}</style>\n{body}\n</svg>\n"
    )


def _table(canvas: _Canvas, sketch: Sketch, table: Table, y: float) -> float:
    """Draws a table's header and entities; returns where it ends."""
    canvas.text(_PAD, y + 14, f"{table.name} · {_keys_told(table)}", "head")
    y += _ROW + 2
    x, top, bottom = float(_PAD), y, y
    for number, shown in enumerate(sketch.entities_of(table)):
        width = _entity_width(table, shown)
        if x > _PAD and x + width > _WIDTH_MAX:
            x, top = _PAD, bottom + _PAD
        bottom = max(bottom, _entity(canvas, table, shown, x, top, width, _COLOURS[number % len(_COLOURS)]))
        x += width + _PAD
    return bottom


def _keys_told(table: Table) -> str:
    told = []
    for way in table.ways:
        partition, sort = (", ".join(key.name for key in keys) for keys in table.key(way))
        told.append(f"{way or 'key'}: {partition}{f' + {sort}' if sort else ''}")
    if table.ttl:
        told.append(f"ttl: {table.ttl}")
    return " · ".join(told)


def _rows(table: Table, shown: Shown) -> list[tuple[str, str, bool]]:
    """Attribute, what it holds, and whether it is a key: the keys' templates, then a sample item."""
    rows = [(attribute, template, True) for attribute, template in shown.keys.items()]
    for item in shown.items:
        rows.append(("", "", False))
        rows += [(name, short(value), False) for name, value in item.items() if name != table.type_attribute]
    return rows


def _entity_width(table: Table, shown: Shown) -> float:
    rows = _rows(table, shown)
    left = max((_wide(name) for name, _, _ in rows), default=0)
    right = max((_wide(value) for _, value, _ in rows), default=0)
    return max(left + right + 3 * _PAD, _wide(shown.name) + 2 * _PAD)


def _entity(
    canvas: _Canvas, table: Table, shown: Shown, x: float, y: float, width: float, colour: str
) -> float:
    rows = _rows(table, shown)
    left = max((_wide(name) for name, _, _ in rows), default=0)
    canvas.rect(x, y, width, _ROW + 2, "name", colour)
    canvas.text(x + _PAD, y + 16, shown.name, "on")
    top, y = y, y + _ROW + 2
    for name, value, is_key in rows:
        if not name:
            y += 6
            continue
        if is_key:
            canvas.rect(x, y, width, _ROW, "key")
        canvas.text(x + _PAD, y + 15, name, "head" if is_key else "faint")
        canvas.text(x + left + 2 * _PAD, y + 15, value)
        y += _ROW
    canvas.rect(x, top, width, y - top, "box")
    return y


def _ways(canvas: _Canvas, ways: Sequence[AccessPattern], y: float) -> None:
    canvas.text(_PAD, y + 14, "Access patterns", "head")
    y += _ROW + 4
    rows = [
        (f"{way.name}({way.given})", f"{way.operation} {_place(way)}", way.condition, way.yields)
        for way in ways
    ]
    widths = [max(_wide(row[at]) for row in rows) for at in range(4)]
    for row in rows:
        x = float(_PAD)
        for at, cell in enumerate(row):
            canvas.text(x, y + 14, cell, "" if at < 2 else "faint")
            x += widths[at] + 2 * _PAD
        y += _ROW


def _place(way: AccessPattern) -> str:
    return way.table if way.index is None else f"{way.table}.{way.index}"


def short(value: Any) -> str:
    """A value in a cell."""
    if isinstance(value, str):
        text = value
    elif isinstance(value, (set, frozenset)):
        text = "{" + ", ".join(sorted(map(str, value))) + "}"
    elif isinstance(value, (Mapping, list)):
        text = json.dumps(value, default=str, ensure_ascii=False)
    else:
        text = str(value)
    return text if len(text) <= _CELL_CHARACTERS_MAX else text[: _CELL_CHARACTERS_MAX - 1] + "…"


def _wide(text: str) -> float:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text) * _CHARACTER


_PAGE_STYLE: Final = """
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; padding: 0 1.5rem; max-width: 1600px; }
table { border-collapse: collapse; } code { font: 13px ui-monospace, Menlo, Consolas, monospace; }
th, td { text-align: left; padding: .35rem .9rem .35rem 0; border-bottom: 1px solid #8884; vertical-align: top; }
.picture { overflow-x: auto; border: 1px solid #8884; border-radius: 8px; }
.picture svg { background: none; } li { margin: .2rem 0; }
"""


def html_of(sketch: Sketch) -> str:
    name = escape(sketch.name)
    return (
        f'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{name}</title>\n'
        f'<meta name="viewport" content="width=device-width"><style>{_PAGE_STYLE}</style></head>\n'
        f"<body>\n<h1>{name}</h1>\n"
        f'<div class="picture">\n{svg_of(sketch, with_patterns=False)}</div>\n'
        f"{_pattern_rows(sketch)}{_caution_list(sketch)}</body>\n</html>\n"
    )


def _pattern_rows(sketch: Sketch) -> str:
    if not sketch.ways:
        return ""
    rows = "".join(
        f"<tr><td><code>{escape(way.name)}({escape(way.given)})</code><br>{escape(way.about)}</td>"
        f"<td>{escape(way.yields)}</td><td>{way.operation} <code>{escape(_place(way))}</code></td>"
        f"<td><code>{escape(way.condition)}</code></td></tr>\n"
        for way in sketch.ways
    )
    head = "<tr><th>Pattern</th><th>Yields</th><th>By</th><th>Condition</th></tr>\n"
    return f"<h2>Access patterns</h2>\n<table>\n{head}{rows}</table>\n"


def _caution_list(sketch: Sketch) -> str:
    if not sketch.cautions:
        return ""
    return (
        "<h2>Warnings</h2>\n<ul>\n"
        + "".join(f"<li>{escape(each)}</li>\n" for each in sketch.cautions)
        + "</ul>\n"
    )
