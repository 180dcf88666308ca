"""Document paths: a.b[0] in the text, a path of names and indexes in the tree."""

from __future__ import annotations

from stator.errors import ValidationException
from stator.expressions.nodes import Part, Path
from stator.limits import PARTIQL_LIST_INDEX_MAX
from stator.partiql.faults import refused_at
from stator.partiql.syntax import Literal, Name, Node, Steps
from stator.partiql.tokens import Kind


def path_of(node: Node) -> Path | None:
    """None when the node is no path at all. Raises ValidationException for an index that is none."""
    if isinstance(node, Name):
        root, steps = node, []
    elif isinstance(node, Steps) and isinstance(node.root, Name):
        root, steps = node.root, node.steps
    else:
        return None
    parts: list[Part] = [root.token.text]
    for step in steps:
        if step is None:
            raise refused_at("Unexpected path component", node.token)
        parts.append(step if isinstance(step, str) else _index(step))
    if "" in parts:
        raise ValidationException("Path component cannot be an empty string")
    return Path(tuple(parts))


def _index(node: Node) -> int:
    if not isinstance(node, Literal) or node.token.kind is not Kind.NUMBER:
        raise refused_at("Unexpected path component", node.token)
    digits = node.text.removeprefix("-")
    # Only so many digits can be within the range, and more are slow to read.
    index = int(digits) if digits.isdecimal() and len(digits) <= 20 else PARTIQL_LIST_INDEX_MAX + 1
    if index > PARTIQL_LIST_INDEX_MAX or (index and node.text.startswith("-")):
        raise refused_at(f"List index is not within the allowable range; index: [{node.text}]", node.token)
    return index


def column_name(path: Path) -> str:
    """What a column is called: the last name of its path, and the indexes behind it."""
    parts = list(path.parts)
    indexes = ""
    while isinstance(parts[-1], int):
        indexes = f"[{parts.pop()}]{indexes}"
    return f"{parts[-1]}{indexes}"
