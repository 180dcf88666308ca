"""Which items of a table or an index a WHERE can be met by: its key conditions, as alternatives.

A WHERE is taken apart into branches. Each has a value of the partition key or none, conditions on the sort key, and
the names of the other attributes that it looks at. OR and IN on a key attribute make branches, AND joins them; what
looks at no key attribute is a filter and stays whole. So `pk IN ['a', 'b'] AND sk > '1' AND x = 2` has two.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from stator.engine.intervals import SortCondition
from stator.errors import ValidationException
from stator.expressions.conditions import tests_of
from stator.expressions.nodes import (
    And,
    Between,
    Call,
    Compare,
    Condition,
    In,
    Not,
    Operand,
    Or,
    Path,
    Test,
    Value,
    operands_of,
)
from stator.limits import PARTIQL_BRANCHES_MAX, PARTIQL_READS_MAX
from stator.partiql.bindings import Values
from stator.values import AttributeValue, equal

_FLIPPED = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True, slots=True)
class Keys:
    """The names of the key attributes of what is read."""

    partition: str
    sort: str | None


@dataclass(frozen=True, slots=True)
class Branch:
    """`exact`: the key conditions are all that the branch asks. `negated`: it asks something of the sort key that no
    interval can say."""

    partition: AttributeValue | None = None
    sort: tuple[SortCondition, ...] = ()
    filtered: tuple[str, ...] = ()
    exact: bool = True
    negated: bool = False

    @property
    def on_keys(self) -> bool:
        return self.partition is not None or bool(self.sort) or self.negated


def branches_of(root: Condition, values: Values, keys: Keys) -> list[Branch]:
    """At least one. Raises ValidationException when there are more than could ever be read."""
    return _Reader(values, keys).read(root)


def too_many_reads() -> ValidationException:
    return ValidationException("Too many decomposed read operations for a given query.")


class _Reader:
    def __init__(self, values: Values, keys: Keys) -> None:
        self._values = values
        self._keys = keys

    def read(self, node: Condition) -> list[Branch]:
        if isinstance(node, And):
            return self._joined([self.read(each) for each in node.conditions])
        if isinstance(node, Or):
            return self._either([self.read(each) for each in node.conditions])
        if isinstance(node, Not):
            return [self._filter(node.condition)]
        return self._test(node)

    # AND and OR

    def _joined(self, children: list[list[Branch]]) -> list[Branch]:
        filters, keyed, sorted_ = _by_keys(children)
        if len(keyed) > 1:
            if any(branch.partition is None for child in keyed for branch in child):
                return [_merged_filter(branch for child in children for branch in child)]
            keyed = [_meeting(keyed)]
        joined = [Branch()]
        if filters:
            joined = [_merged_filter(branch for child in filters for branch in child)]
        # What has a partition key goes first: only reads by it are bounded.
        for child in (*keyed, *sorted_):
            if len(joined) * len(child) > PARTIQL_READS_MAX:
                if _all_keyed(joined) or _all_keyed(child):
                    raise too_many_reads()
                joined = [_merged_filter(joined)]
            joined = [_both(one, other) for one in joined for other in child]
        return joined

    def _either(self, children: list[list[Branch]]) -> list[Branch]:
        found = [branch for child in children for branch in child]
        if not any(branch.on_keys for branch in found):
            return [_merged_filter(found)]
        if len(found) > PARTIQL_BRANCHES_MAX:
            if _all_keyed(found):
                raise too_many_reads()
            return [_merged_filter(found)]
        return found

    # Tests

    def _test(self, test: Test) -> list[Branch]:
        if isinstance(test, Compare):
            return [self._compared(test)]
        if isinstance(test, In):
            return self._chosen(test)
        if isinstance(test, Between):
            found = self._sort_condition(test.operand, "BETWEEN", (test.low, test.high))
        elif test.function == "begins_with":
            found = self._sort_condition(test.arguments[0], "begins_with", test.arguments[1:])
        else:
            found = None
        return [self._filter(test) if found is None else Branch(sort=(found,))]

    def _compared(self, test: Compare) -> Branch:
        left, operator, right = test.left, test.operator, test.right
        if isinstance(left, Value):
            left, operator, right = right, _FLIPPED[operator], left
        if operator == "=" and isinstance(right, Value) and _is_name(left, self._keys.partition):
            return Branch(self._values[right.name])
        if operator != "<>":
            found = self._sort_condition(left, operator, (right,))
            if found is not None:
                return Branch(sort=(found,))
        return self._filter(test)

    def _chosen(self, test: In) -> list[Branch]:
        choices = [self._values[each.name] for each in test.choices if isinstance(each, Value)]
        if len(choices) == len(test.choices):
            if _is_name(test.operand, self._keys.partition):
                return [Branch(choice) for choice in choices]
            if _is_name(test.operand, self._keys.sort):
                name = str(self._keys.sort)
                return [Branch(sort=(SortCondition(name, "=", (choice,)),)) for choice in choices]
        return [self._filter(test)]

    def _sort_condition(
        self, operand: Operand, operator: str, operands: Sequence[Operand]
    ) -> SortCondition | None:
        if not _is_name(operand, self._keys.sort):
            return None
        found = tuple(self._values[each.name] for each in operands if isinstance(each, Value))
        if len(found) < len(operands):
            return None
        return SortCondition(str(self._keys.sort), operator, found)

    def _filter(self, node: Condition) -> Branch:
        names = tuple(dict.fromkeys(_attributes(node)))
        return Branch(filtered=names, exact=False, negated=self._keys.sort in names)


def _is_name(operand: Operand, name: str | None) -> bool:
    return name is not None and isinstance(operand, Path) and operand.parts == (name,)


def _attributes(node: Condition) -> Iterator[str]:
    """The top-level attributes that a condition looks at, in the order of the text."""
    for test in tests_of(node):
        waiting = list(reversed(operands_of(test)))
        while waiting:
            operand = waiting.pop()
            if isinstance(operand, Path):
                yield str(operand.parts[0])
            elif isinstance(operand, Call):
                waiting.extend(reversed(operand.arguments))


def _by_keys(
    children: list[list[Branch]],
) -> tuple[list[list[Branch]], list[list[Branch]], list[list[Branch]]]:
    """Those on no key attribute, those with a partition key's value, and the others."""
    found: tuple[list[list[Branch]], ...] = ([], [], [])
    for child in children:
        if any(branch.partition is not None for branch in child):
            found[1].append(child)
        else:
            found[2 if any(branch.on_keys for branch in child) else 0].append(child)
    return found[0], found[1], found[2]


def _all_keyed(branches: list[Branch]) -> bool:
    return all(branch.partition is not None for branch in branches)


def _merged_filter(branches: Iterable[Branch]) -> Branch:
    """What is left when branches cannot be told apart by their keys."""
    branches = list(branches)
    names = dict.fromkeys(name for branch in branches for name in branch.filtered)
    return Branch(filtered=tuple(names), exact=False, negated=any(branch.negated for branch in branches))


def _both(one: Branch, other: Branch) -> Branch:
    return Branch(
        one.partition if one.partition is not None else other.partition,
        one.sort + other.sort,
        _united(one.filtered, other.filtered),
        one.exact and other.exact,
        one.negated or other.negated,
    )


def _united(names: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names + others)) if names and others else names or others


def _meeting(children: list[list[Branch]]) -> list[Branch]:
    """Branches that all have a partition key's value, joined where these are equal. Where none are, nothing can meet
    the condition: the first are read, and filtered."""
    met = children[0]
    for child in children[1:]:
        pairs = [
            _both(one, other)
            for one in met
            for other in child
            if equal(one.partition or {}, other.partition or {})
        ]
        met = pairs or [replace(branch, exact=False) for branch in met]
    return met
