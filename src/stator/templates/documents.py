"""A template's file -> plain values, and the line that each of them stands on.

YAML is PyYAML's to parse (the extra `cli`), JSON is YAML too. CloudFormation's short forms come out as the long ones,
`!Sub x` as {"Fn::Sub": "x"}; dates stay the text they are, since templates mean them so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path as File
from typing import TYPE_CHECKING, Any

from stator.errors import MissingLibraryError
from stator.limits import TEMPLATE_BYTES_MAX, TEMPLATE_LEVELS_MAX, TEMPLATE_NODES_MAX
from stator.templates.faults import Path, TemplateError

if TYPE_CHECKING:
    import yaml

_MAP = "tag:yaml.org,2002:map"
_SEQUENCE = "tag:yaml.org,2002:seq"
_STRING = "tag:yaml.org,2002:str"
_TIMESTAMP = "tag:yaml.org,2002:timestamp"
_MERGE = "tag:yaml.org,2002:merge"
_VALUE = "tag:yaml.org,2002:value"
_BARE = ("Ref", "Condition")


@dataclass(frozen=True, slots=True)
class Part:
    """What stands at `at` in a document stands in `document` at `inside`."""

    at: Path
    document: Document
    inside: Path = ()


@dataclass(frozen=True, slots=True)
class Document:
    """`value`: the template, of dicts, lists and scalars. `lines`: by path, from 1; the nearest above counts. `parts`:
    of a template that was put together from others."""

    name: str
    value: Any
    lines: Mapping[Path, int] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()

    def place_of(self, path: Path) -> str:
        """`file:line`, or the file where no line is known."""
        for part in sorted(self.parts, key=lambda part: len(part.at), reverse=True):
            if path[: len(part.at)] == part.at:
                return part.document.place_of((*part.inside, *path[len(part.at) :]))
        for length in range(len(path), -1, -1):
            line = self.lines.get(path[:length])
            if line is not None:
                return f"{self.name}:{line}"
        return self.name


def read_document(file: File, name: str | None = None) -> Document:
    """Raises TemplateError, and MissingLibraryError without PyYAML. `name`: what errors call it."""
    name = str(file) if name is None else name
    try:
        if file.stat().st_size > TEMPLATE_BYTES_MAX:
            raise TemplateError(f"{name}: a template of more than {TEMPLATE_BYTES_MAX:,} bytes")
        text = file.read_text("utf-8-sig")
    except OSError as error:
        raise TemplateError(f"{name}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise TemplateError(f"{name}: is no text in UTF-8") from error
    return parse_document(text, name)


def parse_document(text: str, name: str) -> Document:
    """As `read_document`."""
    is_braced = text.lstrip()[:1] == "{"
    as_json = _json_of(text, name) if is_braced else None
    try:
        import yaml
    except ImportError as error:
        raise MissingLibraryError(
            "Templates are read by PyYAML, which is not installed: pip install 'stator[cli]'"
        ) from error
    reader = _Reader(name)
    try:
        # Tabs are space in JSON and not in YAML: only a JSON file that is already known to be one has them replaced
        node = yaml.compose(text.replace("\t", " ") if as_json is not None else text, reader.loader)
        value = reader.read(node, ()) if node is not None else None
    except yaml.MarkedYAMLError as error:
        raise _of_yaml(name, error) from error
    except yaml.YAMLError as error:
        raise TemplateError(f"{name}: is no YAML: {str(error).splitlines()[0]}") from error
    except RecursionError as error:
        raise TemplateError(f"{name}: more than {TEMPLATE_LEVELS_MAX} levels inside each other") from error
    if not isinstance(value, dict):
        raise TemplateError(f"{name}: is no template: a mapping with Resources is expected")
    return Document(name, value if as_json is None else as_json, reader.lines)


def _json_of(text: str, name: str) -> Any:
    """None for what is no JSON: a brace begins a mapping of YAML's, too. Its values are JSON's own, to the last
    escaped character; the lines are still those that YAML's reader finds."""
    try:
        return json.loads(text)
    except RecursionError as error:
        raise TemplateError(f"{name}: more than {TEMPLATE_LEVELS_MAX} levels inside each other") from error
    except json.JSONDecodeError as error:
        if name.endswith(".json"):
            raise TemplateError(f"{name}:{error.lineno}: is no JSON: {error.msg}") from error
        return None


def _of_yaml(name: str, error: yaml.MarkedYAMLError) -> TemplateError:
    mark = error.problem_mark or error.context_mark
    line = f":{mark.line + 1}" if mark is not None else ""
    return TemplateError(f"{name}{line}: is no YAML: {error.problem or error.context}")


class _Reader:
    """Makes values of YAML's nodes. PyYAML's own constructors would lose the lines, and take a key given twice."""

    def __init__(self, name: str) -> None:
        import yaml

        self.loader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        self.lines: dict[Path, int] = {}
        self._yaml = yaml
        self._name = name
        self._nodes = 0
        self._scalars = yaml.SafeLoader("")

    def read(self, node: Any, path: Path) -> Any:
        """`path`: where the node stands."""
        line = node.start_mark.line + 1
        self.lines.setdefault(path, line)
        self._nodes += 1
        if self._nodes > TEMPLATE_NODES_MAX or len(path) > TEMPLATE_LEVELS_MAX:
            raise TemplateError(
                f"{self._name}:{line}: more than {TEMPLATE_NODES_MAX:,} values, or {TEMPLATE_LEVELS_MAX} levels"
            )
        if node.tag.startswith("!"):
            return self._short_form(node, path)
        return self._plain(node, path)

    def _short_form(self, node: Any, path: Path) -> dict[str, Any]:
        name = node.tag[1:]
        function = name if name in _BARE else f"Fn::{name}"
        if not name or not name.isidentifier():
            raise TemplateError(f"{self._name}:{node.start_mark.line + 1}: there is no tag {node.tag}")
        value = self._plain(node, (*path, function))
        if name == "GetAtt" and isinstance(value, str):
            value = value.split(".", 1)
        return {function: value}

    def _plain(self, node: Any, path: Path) -> Any:
        if isinstance(node, self._yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, self._yaml.SequenceNode):
            return [self.read(child, (*path, place)) for place, child in enumerate(node.value)]
        return self._scalar(node)

    def _scalar(self, node: Any) -> Any:
        tag = node.tag
        if tag.startswith("!"):  # a short form's own: !Ref 5 is of the text 5
            return node.value
        if tag in (_STRING, _TIMESTAMP, _VALUE):
            return node.value
        try:
            return self._scalars.construct_object(node)
        except (ValueError, self._yaml.YAMLError) as error:
            line = node.start_mark.line + 1
            raise TemplateError(f"{self._name}:{line}: {node.value!r} cannot be read: {error}") from error

    def _mapping(self, node: Any, path: Path) -> dict[str, Any]:
        made: dict[str, Any] = {}
        merged: list[Any] = []
        for key_node, value_node in node.value:
            if key_node.tag == _MERGE:
                merged += (
                    value_node.value if isinstance(value_node, self._yaml.SequenceNode) else [value_node]
                )
                continue
            key = self._key(key_node)
            if key in made:
                raise TemplateError(f"{self._name}:{key_node.start_mark.line + 1}: {key} is given twice")
            made[key] = self.read(value_node, (*path, key))
            self.lines[(*path, key)] = key_node.start_mark.line + 1
        for each in merged:
            made = {**self._merged(each, path), **made}
        return made

    def _merged(self, node: Any, path: Path) -> dict[str, Any]:
        if not isinstance(node, self._yaml.MappingNode):
            raise TemplateError(f"{self._name}:{node.start_mark.line + 1}: << takes mappings")
        self._nodes += 1
        if self._nodes > TEMPLATE_NODES_MAX:
            raise TemplateError(f"{self._name}: more than {TEMPLATE_NODES_MAX:,} values")
        return self._mapping(node, path)

    def _key(self, node: Any) -> str:
        if not isinstance(node, self._yaml.ScalarNode):
            raise TemplateError(f"{self._name}:{node.start_mark.line + 1}: a key has to be text")
        return str(node.value)
