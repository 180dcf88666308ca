"""The values of a statement: its literals, and the places that parameters fill.

In the tree a literal is the Value "=n" and a parameter the Value "?n"; `bind` puts both under their names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from stator.expressions.nodes import Value
from stator.partiql.literals import value_of
from stator.partiql.syntax import Node, Parameter
from stator.values import AttributeValue

Values = Mapping[str, AttributeValue]

TRUE: AttributeValue = {"BOOL": True}
FALSE: AttributeValue = {"BOOL": False}


class Bindings:
    """Gathers a statement's literals while it is read."""

    def __init__(self) -> None:
        self.constants: dict[str, AttributeValue] = {}

    def value(self, node: Node) -> Value:
        """Raises ValidationException for what is no literal."""
        if isinstance(node, Parameter):
            return Value(f"?{node.number}")
        return self.constant(value_of(node))

    def constant(self, value: AttributeValue) -> Value:
        name = f"={len(self.constants)}"
        self.constants[name] = value
        return Value(name)

    def known(self, value: Value) -> AttributeValue | None:
        """The literal; None for a parameter."""
        return self.constants.get(value.name)


def bind(constants: Values, parameters: Sequence[AttributeValue]) -> Values:
    if not parameters:
        return constants
    return {**constants, **{f"?{number}": value for number, value in enumerate(parameters, 1)}}
