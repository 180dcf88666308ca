"""The caller's own conditions, on an entity's fields: `Attr("until").lt(moment)`.

A name is a field's, and means the attribute that the field is stored as; any other name is the item's attribute of that
name. What a field is compared with is taken as the field's type has it, and stored as the field is: a moment as its
text, or as epoch seconds where the item expires by it; an enum as its value. None is what is not there. Within a path
("address.city") and for `contains` values are stored as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from stator.client.conditions import Attr, ConditionBuilder, is_condition, is_path
from stator.model.attributes import plain
from stator.model.entities import attribute_of, field_of
from stator.model.faults import ArgumentError
from stator.model.layouts import Layout

_COMPARE: Final = frozenset(("=", "<>", "<", "<=", ">", ">=", "IN", "BETWEEN"))
_HOLD: Final = frozenset(("begins_with", "contains"))
_TOLD_CHARACTERS_MAX: Final = 60


class FieldConditions(ConditionBuilder):
    """Builds conditions on the fields of `layout`'s entity."""

    def __init__(self, layout: Layout, taken: Any = ()) -> None:
        super().__init__(taken)
        self._layout = layout

    def build(self, condition: Any, of_key: bool = False) -> str:
        """The expression. Raises ArgumentError for a value that the field cannot have."""
        return super().build(self._typed(condition), of_key)

    def _path(self, path: str) -> str:
        name, rest = _head(path)
        attribute = attribute_named(self._layout, name)
        return self._name(attribute) + super()._path(rest)

    def _typed(self, condition: Any) -> Any:
        parts = condition.get_expression()
        operator, (path, *values) = parts["operator"], parts["values"]
        if not values or is_condition(path):
            return condition
        convert = self._converter(path.name, operator)
        if condition.has_grouped_values:
            return type(condition)(path, [convert(each) for each in values[0]])
        if values[0] is None and operator in ("=", "<>"):
            return Attr(path.name).not_exists() if operator == "=" else Attr(path.name).exists()
        return type(condition)(path, *map(convert, values))

    def _converter(self, path: str, operator: str) -> Callable[[Any], Any]:
        field = field_named(self._layout, path)

        def convert(value: Any) -> Any:
            if is_path(value) or is_condition(value):
                return value
            if field is not None and operator in _COMPARE:
                return self._layout.compared(field, value)
            return plain(path, value) if operator in _COMPARE or operator in _HOLD else value

        return convert


def attribute_named(layout: Layout, name: str) -> str:
    """What a field, or else an attribute, of this name is called in the item."""
    return attribute_of(layout.entity, name) if name in layout.entity.model_fields else name


def field_named(layout: Layout, name: str) -> str | None:
    """The field of this name or, where there is none, that is stored as it; None: none is."""
    return name if name in layout.entity.model_fields else field_of(layout.entity, name)


class _Words(FieldConditions):
    """A condition as it is told to people: names and stored values in their places."""

    def __init__(self, layout: Layout) -> None:
        super().__init__(layout)
        self.paths: list[str] = []

    def _path(self, path: str) -> str:
        self.paths.append(path)
        return path

    def _value(self, value: Any) -> str:
        return _short(value)


def told(condition: Any, layout: Layout, item: Mapping[str, Any]) -> str:
    """`left > 0, and left is 0`: the condition, and what the item has."""
    words = _Words(layout)
    text = words.build(condition)
    names = dict.fromkeys(_head(path)[0] for path in words.paths)
    if text.startswith("(") and text.endswith(")"):
        text = text[1:-1]
    attributes = {name: attribute_named(layout, name) for name in names}
    held = [
        f"{name} is {_short(item[attribute])}" if attribute in item else f"{name} is not there"
        for name, attribute in attributes.items()
    ]
    return f"{text}, and {', '.join(held)}"


def text_of_condition(condition: Any) -> list[Any]:
    """What a condition says, alike in every process: for tokens."""
    builder = ConditionBuilder()
    try:
        return [builder.build(condition), builder.names, builder.values]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ArgumentError(f'{condition!r} is no condition: Attr("name").eq(value) is one') from error


def _head(path: str) -> tuple[str, str]:
    """A path's first name, and the rest with the sign that it begins with."""
    end = min((place for sign in ".[" if (place := path.find(sign)) >= 0), default=len(path))
    return path[:end], path[end:]


def _short(value: Any) -> str:
    text = f"{value.normalize():f}" if isinstance(value, Decimal) else repr(value)
    return text if len(text) <= _TOLD_CHARACTERS_MAX else text[: _TOLD_CHARACTERS_MAX - 1] + "…"
