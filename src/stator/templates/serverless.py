"""serverless.yml as a stack: its `resources`, of one mapping, a list or files; its name, tags and functions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path as File
from typing import Any

from stator.templates.documents import Document, Part
from stator.templates.faults import Path, ResolutionError, TemplateError, located
from stator.templates.serverless_variables import Variables
from stator.templates.stacks import NotApplied, Stack, stack_name_of

_SECTIONS = ("Resources", "Conditions", "Mappings", "Parameters", "Outputs", "Transform")
Found = tuple[Any, Document, Path]
"""A value, and where it stands."""


def serverless_stack(
    document: Document,
    place: File,
    stack_name: str | None,
    given: Mapping[str, str],
    region: str,
    account: str,
) -> Stack:
    """Raises TemplateError."""
    variables = Variables(document, place.absolute().parent, given, {"region": region, "accountId": account})
    try:
        name = stack_name or _stack_name(variables)
        tags = variables.of(("provider", "stackTags")) or {}
        template = _merged(document, variables)
    except ResolutionError as error:
        raise located(document, error) from error
    except RecursionError as error:
        raise TemplateError(
            f"{document.name}: its variables depend on themselves, or are too deep"
        ) from error
    return Stack(
        name=name,
        document=template,
        variables=variables.replaced,
        tags={str(key): str(value) for key, value in tags.items()} if isinstance(tags, dict) else {},
        beside=_functions(document),
    )


def _stack_name(variables: Variables) -> str:
    own = variables.of(("provider", "stackName"))
    if isinstance(own, str):
        return stack_name_of(own)
    service = variables.of(("service",))
    if isinstance(service, dict):
        service = service.get("name")
    return stack_name_of(f"{service}-{variables.stage()}")


def _functions(document: Document) -> tuple[NotApplied, ...]:
    functions = document.value.get("functions")
    names = functions if isinstance(functions, dict) else {}
    return tuple(NotApplied(f"functions.{name}", "AWS::Lambda::Function") for name in names)


def _merged(document: Document, variables: Variables) -> Document:
    """The CloudFormation template that the resources make together, each resource with its own place."""
    made: dict[str, Any] = {"Resources": {}}
    parts: list[Part] = []
    resources = _followed((document.value.get("resources"), document, ("resources",)), variables)
    for each in _elements(resources, variables):
        _add(each, made, parts, variables)
    return Document(document.name, made, {}, tuple(parts))


def _elements(found: Found, variables: Variables) -> list[Found]:
    value, document, path = found
    if value is None:
        return []
    if isinstance(value, list):
        return [_followed((each, document, (*path, place)), variables) for place, each in enumerate(value)]
    return [found]


def _add(found: Found, made: dict[str, Any], parts: list[Part], variables: Variables) -> None:
    value, document, path = found
    if not isinstance(value, dict):
        raise ResolutionError(path, "a mapping with Resources is expected")
    for section in _SECTIONS:
        if section not in value:
            continue
        members, where, inside = _followed((value[section], document, (*path, section)), variables)
        if not isinstance(members, dict):
            made[section] = members
            continue
        into = made.setdefault(section, {})
        for name, member in members.items():
            into[name], of, at = _followed((member, where, (*inside, name)), variables)
            parts.append(Part((section, name), of, at))


def _followed(found: Found, variables: Variables) -> Found:
    """What a variable that stands for all of a value names, and where that is written."""
    value, document, path = found
    if not isinstance(value, str) or "${" not in value:
        return found
    source = variables.document_of(value)
    if source is not None:
        return source
    return variables.replaced(value, path), document, path
