"""How deep an UPDATE may leave an item nested: values are checked as they come, but a path may lead them deeper."""

from __future__ import annotations

from stator.errors import ValidationException
from stator.expressions import Update
from stator.limits import PARTIQL_LITERAL_LEVELS_MAX
from stator.values import AttributeValue, Item


class DepthChecked:
    """An update that refuses to nest what it changes beyond the service's limit."""

    __slots__ = ("_update",)

    def __init__(self, update: Update) -> None:
        self._update = update

    def apply(self, item: Item) -> Item:
        """As Update.apply. Raises ValidationException besides when the item would be nested too deep."""
        changed = self._update.apply(item)
        for name in self._update.attributes:
            value = changed.get(name)
            if value is not None and _is_deep(value):
                raise ValidationException("Nesting Levels have exceeded supported limits")
        return changed


def _is_deep(value: AttributeValue) -> bool:
    level = [value]
    for _ in range(PARTIQL_LITERAL_LEVELS_MAX):
        level = [
            member
            for container in level
            for member in (*container.get("L", ()), *container.get("M", {}).values())
        ]
        if not level:
            return False
    return True
