"""Writes docs/reference: each public name with its signature and its docstring, as they stand in the code. Run it after
changing one of them:

    python tools/generate_reference.py

A page begins with what a module offers by name. The objects which those give out follow, as far as their types are
told, so that nothing that a user gets hold of is left out. The source is read (griffe), and not imported.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import griffe

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "docs" / "reference"
# A line of a signature, and what an alias of a type stands for: beyond it, its name says more
_LINE_MAX = 100
_MEANT_MAX = 100

# The objects of the async half: without a docstring of its own, a method is its counterpart's, awaited
COUNTERPARTS = {
    "AsyncDB": "DB",
    "AsyncTable": "Table",
    "AsyncTables": "Tables",
    "AsyncBatchWriter": "BatchWriter",
    "AsyncStream": "Stream",
}
# Public to the rest of Stator, and nothing for its users
INNER = {
    "App": ("start", "stop"),
    "AsyncDB": ("transport",),
    "Condition": ("expression_format", "expression_operator", "get_expression", "has_grouped_values"),
    "DB": ("transport",),
    "Fault": ("concerns", "details", "kind"),
    "Faults": ("delay_s", "met", "refuse_before_work", "refuse_done", "wants"),
    "MovingClock": ("begin", "monotonic", "position", "return_to"),
    "ServedDatabase": ("environment_set",),
    "Size": ("expression_format", "expression_operator", "get_expression", "has_grouped_values"),
}


@dataclass(frozen=True, slots=True)
class Page:
    """`constructs`: whether its classes are made by calling them. `is_plugin`: whether its names are fixtures."""

    file: str
    title: str
    module: str
    guide: str
    constructs: bool = False
    is_plugin: bool = False


PAGES = (
    Page("stator.md", "stator", "stator", "native.md"),
    Page("conditions.md", "stator.conditions", "conditions", "native.md", constructs=True),
    Page("metering.md", "stator.metering", "metering", "native.md", constructs=True),
    Page("boto3.md", "stator.boto3", "boto3", "boto3.md", constructs=True),
    Page("asgi.md", "stator.asgi", "asgi", "asgi.md"),
    Page("pytest.md", "The pytest plugin", "pytest_plugin", "pytest.md", is_plugin=True),
)


@dataclass(slots=True)
class Entry:
    """What a page shows under one heading: a function or a class, and the other names it goes by."""

    name: str
    object: griffe.Function | griffe.Class
    aliases: list[str] = field(default_factory=list)


class Reference:
    """All pages. `shown`: the path of each class -> the page that has it."""

    def __init__(self) -> None:
        self.package = griffe.load("stator", search_paths=[str(ROOT / "src")], resolve_aliases=True)
        self.shown: dict[str, Page] = {}
        self.entries: dict[str, list[Entry]] = {}
        for page in PAGES:
            self.entries[page.file] = self._roots(page)
            self._show(page, self.entries[page.file])
        for page in PAGES:
            self._follow(page)

    def _roots(self, page: Page) -> list[Entry]:
        module = self.package if page.module == "stator" else self.package[page.module]
        found: dict[str, Entry] = {}
        for name in _names_of(module, page.is_plugin):
            target = _target(module[name])
            if target.path.startswith("stator.errors."):
                continue
            if target.path in found:
                found[target.path].aliases.append(name)
            else:
                found[target.path] = Entry(target.name, target)
        return list(found.values())

    def _show(self, page: Page, entries: list[Entry]) -> None:
        self.shown |= {entry.object.path: page for entry in entries if entry.object.is_class}

    def _follow(self, page: Page) -> None:
        """The classes that are given out by what is on the page, and those that these give out."""
        entries = self.entries[page.file]
        for entry in entries:  # which grows meanwhile
            for path in self._given_out(entry.object):
                if path not in self.shown and (found := self._class(path)) is not None:
                    self.shown[path] = page
                    entries.append(Entry(found.name, found))

    def _class(self, path: str) -> griffe.Class | None:
        try:
            found = _target(self.package[path.removeprefix("stator.")])
        except KeyError:
            return None
        is_one = isinstance(found, griffe.Class) and found.path == path and found.is_public
        return found if is_one and "TypedDict" not in str(found.bases) else None

    def _given_out(self, found: griffe.Function | griffe.Class) -> Iterator[str]:
        parts: list[Any] = self.members(found) if isinstance(found, griffe.Class) else [found]
        for part in parts:
            told = part.returns if part.is_function else _type_of(part)
            for each in [] if told is None or isinstance(told, str) else told.iterate(flat=True):
                path = getattr(each, "canonical_path", "")
                if path.startswith("stator.") and not path.startswith("stator.errors."):
                    yield path

    def members(self, found: griffe.Class) -> list[Any]:
        """The public members of a class, those of bases that have no page of their own among them."""
        own = {**self._inherited(found), **found.members}
        inner = INNER.get(found.name, ())
        return [
            member
            for name, member in own.items()
            if not name.startswith("_") and name not in inner and not _is_alias_of_method(member)
        ]

    def _inherited(self, found: griffe.Class) -> dict[str, Any]:
        gathered: dict[str, Any] = {}
        for base in reversed(found.mro()):
            if base.path.startswith("stator.") and base.path not in self.shown:
                gathered |= base.members
        return gathered

    # Pages

    def render(self, page: Page) -> str:
        entries = self.entries[page.file]
        parts = [
            f"# {page.title}\n",
            f"Made by `tools/generate_reference.py` from the code; a test holds it. "
            f"The guide: [{page.guide}](../{page.guide}).\n",
            "".join(f"- [{entry.name}](#{entry.name.lower()})\n" for entry in entries),
        ]
        for entry in entries:
            parts += self._entry(page, entry)
        return "\n".join(parts)

    def _entry(self, page: Page, entry: Entry) -> Iterator[str]:
        yield f"## {entry.name}\n"
        if entry.aliases:
            yield f"Also `{'`, `'.join(entry.aliases)}`.\n"
        if isinstance(entry.object, griffe.Function):
            if page.is_plugin:
                yield f"A fixture{_scope(entry.object)}, {self._linked(entry.object.returns)}.\n"
            else:
                yield self._signature(entry.object)
            yield f"{doc_of(entry.object)}\n"
            return
        yield from self._class_entry(page, entry.object)

    def _class_entry(self, page: Page, found: griffe.Class) -> Iterator[str]:
        made_by = found.members.get("__init__")
        if page.constructs and isinstance(made_by, griffe.Function):
            yield self._signature(made_by, found.name)
        yield f"{doc_of(found)}\n"
        for base in found.resolved_bases:
            if base.path in self.shown:
                yield f"Has all that [{base.name}]({self.shown[base.path].file}#{base.name.lower()}) has.\n"
        attributes = [member for member in self.members(found) if not member.is_function]
        if attributes:
            yield "".join(self._attribute(member) for member in attributes)
        for member in self.members(found):
            if member.is_function:
                yield f"### {found.name}.{member.name}\n"
                yield self._signature(member)
                yield f"{doc_of(member)}\n"

    def _attribute(self, member: Any) -> str:
        told = doc_of(member).replace("\n", " ")
        kind = self._linked(_type_of(member))
        return f"- `{member.name}`{f', {kind}' if kind else ''}{f': {told}' if told else ''}\n"

    def _linked(self, told: Any) -> str:
        """A type, and where what is in it is told of."""
        if told is None:
            return ""
        if isinstance(told, str):
            return f"`{told}`"
        paths = {getattr(each, "canonical_path", "") for each in told.iterate(flat=True)}
        links = [
            f"[{path.rpartition('.')[2]}]({self.shown[path].file}#{path.rpartition('.')[2].lower()})"
            for path in sorted(paths)
            if path in self.shown
        ]
        text = str(told)
        return links[0] if len(links) == 1 and text in links[0] else " ".join([f"`{text}`", *links])

    def _signature(self, function: griffe.Function, name: str = "") -> str:
        given = [each for each in function.parameters if each.name != "self"]
        by_name = [each for each in given if _is_by_name(each)]
        parameters = [text for each in given if each not in by_name for text in self._parameter(each)]
        if by_name and not (
            len(by_name) == 1 and self._unpacked(by_name[0].annotation) is None and _is_rest(by_name[0])
        ):
            parameters.append("*")
        parameters += [text for each in by_name for text in self._parameter(each)]
        awaits = "async " if "async" in function.labels else ""
        returns = "" if name else f" -> {self._told(function.returns)}"
        head, tail = f"{awaits}{name or function.name}(", f"){returns}"
        line = f"{head}{', '.join(parameters)}{tail}"
        if len(line) > _LINE_MAX:
            line = head + "".join(f"\n    {parameter}," for parameter in parameters) + f"\n{tail}"
        return f"```python\n{line}\n```\n"

    def _parameter(self, parameter: griffe.Parameter) -> Iterator[str]:
        unpacked = self._unpacked(parameter.annotation)
        if unpacked is not None:
            yield from unpacked
            return
        positional = parameter.kind is griffe.ParameterKind.var_positional
        star = "**" if _is_rest(parameter) else "*" if positional else ""
        text = f"{star}{parameter.name}"
        if parameter.annotation is not None:
            text += f": {self._told(parameter.annotation)}"
        if parameter.default is not None and not star:
            text += f" = {self._value(parameter.default)}"
        yield text

    def _unpacked(self, annotation: Any) -> list[str] | None:
        """The members of a TypedDict whose `Unpack` stands for arguments; those that are needed first."""
        if not str(annotation).startswith("Unpack["):
            return None
        paths = [getattr(each, "canonical_path", "") for each in annotation.iterate(flat=True)]
        (path,) = [
            each for each in paths if each.startswith("stator.") and each.rpartition(".")[2][:1].isupper()
        ]
        typed = _target(self.package[path.removeprefix("stator.")])
        members: dict[str, str] = {}
        for each in [*reversed(typed.mro()), typed]:
            members |= {name: self._told(member.annotation) for name, member in each.members.items()}
        needed = [name for name, kind in members.items() if kind.startswith("Required[")]
        rest = [f"{name}: {kind} = ..." for name, kind in members.items() if name not in needed]
        return [*(f"{name}: {members[name][len('Required[') : -1]}" for name in needed), *rest]

    def _value(self, default: Any) -> str:
        """What a named constant stands for."""
        named = self._named(default)
        return str(default if named is None else named.value)

    def _told(self, annotation: Any) -> str:
        """A type as a user knows it: what an alias of ours stands for, and a class by its public name."""
        if annotation is None or isinstance(annotation, str):
            return str(annotation)
        parts = []
        for each in annotation.iterate(flat=True):
            named = self._named(each)
            if named is None:
                parts.append(each if isinstance(each, str) else each.name)
            else:
                meant = self._meant(named.value) if named.is_attribute else named.name
                parts.append(named.name if len(meant) > _MEANT_MAX else meant)
        return "".join(parts)

    def _meant(self, value: Any) -> str:
        """What an alias stands for; a type variable stands for any of its types."""
        if isinstance(value, griffe.ExprCall) and str(value.function) == "TypeVar":
            return " | ".join(self._told(each) for each in value.arguments[1:])
        return self._told(value)

    def _named(self, expression: Any) -> Any:
        """The class or the constant of ours that a name means, or None."""
        path = getattr(expression, "canonical_path", "")
        try:
            found = (
                _target(self.package[path.removeprefix("stator.")]) if path.startswith("stator.") else None
            )
        except KeyError:
            return None
        return None if found is None or found.is_module else found


def doc_of(found: Any) -> str:
    """Its docstring; of the async half, a pointer to the counterpart's where it has none of its own."""
    if found.docstring is not None:
        return str(found.docstring.value)
    parent = found.parent.name if found.parent is not None else ""
    if found.is_function and parent in COUNTERPARTS:
        name = f"{COUNTERPARTS[parent]}.{found.name}"
        awaited = ", awaited" if "async" in found.labels else ""
        return f"As [{name}](#{name.replace('.', '').lower()}){awaited}."
    return ""


def _names_of(module: Any, is_plugin: bool) -> list[str]:
    if is_plugin:
        return [
            name
            for name, member in module.members.items()
            if not member.is_alias and member.is_function and member.is_public and _is_fixture(member)
        ]
    if module.exports is not None:
        return sorted(map(str, module.exports), key=_rank)
    return [
        name
        for name, member in module.members.items()
        if not name.startswith("_") and not member.is_alias and (member.is_function or member.is_class)
    ]


def _rank(name: str) -> tuple[bool, bool, bool, str]:
    """Functions first, then what is used in a plain thread, then the async half."""
    return name[0].isupper(), name.startswith("Async"), name == "aopen", name


def _is_rest(parameter: griffe.Parameter) -> bool:
    return parameter.kind is griffe.ParameterKind.var_keyword


def _is_by_name(parameter: griffe.Parameter) -> bool:
    return _is_rest(parameter) or parameter.kind is griffe.ParameterKind.keyword_only


def _target(found: Any) -> Any:
    return found.final_target if found.is_alias else found


def _is_fixture(function: griffe.Function) -> bool:
    return any(decorator.callable_path == "pytest.fixture" for decorator in function.decorators)


def _scope(fixture: griffe.Function) -> str:
    return " of the session" if any("session" in str(each.value) for each in fixture.decorators) else ""


def _type_of(attribute: Any) -> Any:
    """What is told of its type: by its annotation, or by the class that makes it."""
    if attribute.annotation is not None:
        return attribute.annotation
    return getattr(attribute.value, "function", None)


def _is_alias_of_method(member: Any) -> bool:
    """`reload = load`."""
    return bool(member.is_attribute and str(member.value) in member.parent.members)


def main() -> None:
    reference = Reference()
    OUTPUT.mkdir(exist_ok=True)
    for page in PAGES:
        (OUTPUT / page.file).write_text(reference.render(page), "utf-8")


if __name__ == "__main__":
    main()
