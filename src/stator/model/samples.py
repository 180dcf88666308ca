"""A made-up item of an entity, for pictures: each value is of its field's type, and says whose it is."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any, Literal, get_args, get_origin
from uuid import UUID

from stator.model.entities import attribute_of
from stator.model.faults import ModelError
from stator.model.kinds import bare
from stator.model.layouts import Layout

_VALUES: dict[Any, Any] = {
    bool: True,
    int: 1,
    float: 1.5,
    Decimal: Decimal("1.5"),
    bytes: b"\x01",
    datetime: datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    date: date(2026, 1, 2),
    time: time(3, 4, 5),
    UUID: UUID(int=1),
    list: [],
    dict: {},
}


def sample_of(layout: Layout) -> dict[str, Any]:
    """What a put of it would store; its templates' texts where that cannot be made up."""
    stored = layout.entity.stored
    values = {name: _value(name, info.annotation) for name, info in layout.entity.model_fields.items()}
    for name in (stored.deleted, stored.expires):
        if name is not None and layout.entity.model_fields[name].default is None:
            values[name] = None
    try:
        return layout.item(layout.entity.model_construct(**values))
    except (ModelError, TypeError, ValueError):
        templates = {attribute: template.text for attribute, template in layout.templates.items()}
        return {**{attribute_of(layout.entity, name): "" for name in values}, **templates, **layout.marks}


def _value(name: str, kind: Any) -> Any:
    if get_origin(kind) is Literal:
        return get_args(kind)[0]
    plain = bare(kind)
    if isinstance(plain, type) and issubclass(plain, Enum):
        return next(iter(plain))
    for known, value in _VALUES.items():
        if plain is known or get_origin(plain) is known:
            return value
    return f"{name.removesuffix('_id')}-1" if plain is str else None
