"""A template's file, of any dialect, or a cdk.out folder -> stacks of one shape."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path as File
from typing import Any

from stator.limits import TEMPLATE_FILES_MAX
from stator.templates.documents import Document, read_document
from stator.templates.faults import Path, TemplateError, nearest

_MANIFEST = "manifest.json"
_STACK = "aws:cloudformation:stack"
_ASSEMBLY = "cdk:cloud-assembly"
_USUAL_NAMES = ("template", "cloudformation", "cfn", "stack", "packaged", "main", "serverless", "index")
_NO_NAME = re.compile(r"[^A-Za-z0-9-]+")
_STACK_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,127}")


@dataclass(frozen=True, slots=True)
class NotApplied:
    """A resource of another service."""

    logical_id: str
    type: str


@dataclass(frozen=True, slots=True)
class Stack:
    """`document.value` is a CloudFormation template. `variables` replaces those of its dialect, lazily. `tags` are
    given to each of its tables; `beside` are resources that the dialect makes besides those of the template."""

    name: str
    document: Document
    variables: Callable[[str, Path], Any] | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    beside: tuple[NotApplied, ...] = ()

    @property
    def template(self) -> Mapping[str, Any]:
        value: Mapping[str, Any] = self.document.value
        return value


def read_stacks(
    place: File, stack_name: str | None, given: Mapping[str, str], region: str, account: str
) -> list[Stack]:
    """`stack_name`: what the stack is called, or which of a cdk.out folder's. `given`: what the command line gave.
    Raises TemplateError."""
    if stack_name is not None and _STACK_NAME.fullmatch(stack_name) is None:
        raise TemplateError(
            f"'{stack_name}' is no stack's name; allowed: up to 128 letters, digits and hyphens, a letter first"
        )
    if place.is_dir():
        return _of_assembly(place, stack_name)
    document = read_document(place)
    if _is_serverless(document.value):
        from stator.templates.serverless import serverless_stack

        return [serverless_stack(document, place, stack_name, given, region, account)]
    if not isinstance(document.value.get("Resources"), dict):
        raise TemplateError(
            f"{document.name}: has no Resources: it is no CloudFormation, SAM or serverless.yml"
        )
    return [Stack(stack_name or _name_of(place), document)]


def _is_serverless(value: Mapping[str, Any]) -> bool:
    return "Resources" not in value and "service" in value and "provider" in value


def _name_of(place: File) -> str:
    """By the file, or by its folder where the file is called as all of them are."""
    name = place.name.split(".")[0]
    if name.lower() in _USUAL_NAMES:
        name = place.absolute().parent.name
    return stack_name_of(name)


def stack_name_of(text: str) -> str:
    """Text as a stack's name."""
    name = _NO_NAME.sub("-", text).strip("-")[:100]
    return name if name[:1].isalpha() else f"stack-{name}".rstrip("-")


def _of_assembly(folder: File, stack_name: str | None) -> list[Stack]:
    stacks = list(_assembled(folder, [TEMPLATE_FILES_MAX]))
    if not stacks:
        raise TemplateError(f"{folder}: has no stack: is it what `cdk synth` wrote?")
    if stack_name is None:
        return stacks
    chosen = [stack for stack in stacks if stack.name == stack_name]
    if not chosen:
        raise TemplateError(
            f"{folder}: there is no stack {stack_name}{nearest(stack_name, [stack.name for stack in stacks])}"
        )
    return chosen


def _assembled(folder: File, left: list[int]) -> Iterator[Stack]:
    """`left`: how many more files may be read."""
    for name, artifact in _artifacts(folder):
        left[0] -= 1
        if left[0] < 0:
            raise TemplateError(f"{folder}: more than {TEMPLATE_FILES_MAX} stacks")
        properties = artifact.get("properties") or {}
        if artifact.get("type") == _ASSEMBLY and isinstance(properties.get("directoryName"), str):
            yield from _assembled(_within(folder, properties["directoryName"]), left)
        elif artifact.get("type") == _STACK and isinstance(properties.get("templateFile"), str):
            document = read_document(_within(folder, properties["templateFile"]))
            yield Stack(str(properties.get("stackName") or name), document)


def _within(folder: File, name: str) -> File:
    """A manifest names what lies beside it, and nothing else is read on its word."""
    place = folder / name
    if not place.resolve().is_relative_to(folder.resolve()):
        raise TemplateError(f"{folder / _MANIFEST}: names {name}, which lies outside of the folder")
    return place


def _artifacts(folder: File) -> list[tuple[str, dict[str, Any]]]:
    manifest = folder / _MANIFEST
    try:
        read = json.loads(manifest.read_text("utf-8"))
    except OSError as error:
        raise TemplateError(f"{folder}: is no cdk.out folder: it has no {_MANIFEST}") from error
    except ValueError as error:
        raise TemplateError(f"{manifest}: is no JSON: {error}") from error
    artifacts = read.get("artifacts") if isinstance(read, dict) else None
    if not isinstance(artifacts, dict):
        raise TemplateError(f"{manifest}: has no artifacts: is it what `cdk synth` wrote?")
    return [(name, each) for name, each in artifacts.items() if isinstance(each, dict)]
