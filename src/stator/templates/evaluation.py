"""A template's values: intrinsic functions, conditions and mappings evaluated, as far as tables read them.

    evaluator = Evaluator(template, given, pseudo, table_name, table_arn)
    evaluator.value(node, path)     what a node comes to; NOTHING for AWS::NoValue

What is not in the template (another stack's export, an attribute of a resource that is not applied, SSM) has to be
given by name, and stops the evaluation by that name otherwise. Functions are in `functions`, one each.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from stator.templates.faults import Path, ResolutionError, nearest
from stator.templates.parameters import parameter_value


class _Nothing:
    def __repr__(self) -> str:
        return "AWS::NoValue"


NOTHING: Final = _Nothing()
"""What AWS::NoValue comes to: a member or element that is not there."""

LANGUAGE_EXTENSIONS = "AWS::LanguageExtensions"
_DYNAMIC = re.compile(r"\{\{(resolve:[^{}]+)\}\}")

Function = Callable[["Evaluator", Any, Path], Any]


@dataclass(slots=True)
class Evaluator:
    """One template's. `given`: values by name, from the command line. `pseudo`: AWS::Region and its kin.
    `table_name`: of a table by its logical id, None for what is no table. `variables`: replaces those of a dialect.
    `asked`: names out of `given` that were read."""

    template: Mapping[str, Any]
    given: Mapping[str, str]
    pseudo: Mapping[str, Any]
    table_name: Callable[[str], str | None]
    table_arn: Callable[[str], str]
    variables: Callable[[str, Path], Any] | None = None
    asked: set[str] = field(default_factory=set)
    _conditions: dict[str, bool | None] = field(default_factory=dict)
    _sections: dict[str, Mapping[str, Any] | None] = field(default_factory=dict)

    def value(self, node: Any, path: Path) -> Any:
        """Raises ResolutionError."""
        if isinstance(node, dict):
            return self._of_mapping(node, path)
        if isinstance(node, str):
            return self._of_text(node, path)
        if isinstance(node, list):
            values = [self.value(each, (*path, place)) for place, each in enumerate(node)]
            return [each for each in values if each is not NOTHING]
        return node

    def _of_text(self, node: str, path: Path) -> Any:
        expanded = self.expanded(node, path)
        if not isinstance(expanded, str):
            return self.value(expanded, path)
        return self.dynamic(expanded, path) if "{{resolve:" in expanded else expanded

    def expanded(self, node: Any, path: Path) -> Any:
        """A text with the variables of the template's dialect replaced; functions stay."""
        if self.variables is None:
            return node
        if isinstance(node, str):
            return self.variables(node, path) if "${" in node else node
        if isinstance(node, dict):
            return {key: self.expanded(each, (*path, key)) for key, each in node.items()}
        if isinstance(node, list):
            return [self.expanded(each, (*path, place)) for place, each in enumerate(node)]
        return node

    def _of_mapping(self, node: Mapping[str, Any], path: Path) -> Any:
        from stator.templates.functions import FUNCTIONS
        from stator.templates.loops import has_loops, unrolled

        if len(node) == 1:
            name, argument = next(iter(node.items()))
            function = FUNCTIONS.get(name)
            if function is not None:
                return function(self, argument, (*path, name))
        if has_loops(node):
            node = unrolled(self, node, path)
        self._refuse_functions(node, path)
        members = {key: self.value(each, (*path, key)) for key, each in node.items()}
        return {key: each for key, each in members.items() if each is not NOTHING}

    def _refuse_functions(self, node: Mapping[str, Any], path: Path) -> None:
        from stator.templates.functions import FUNCTIONS

        for key in node:
            if key.startswith("Fn::"):
                known = key in FUNCTIONS
                problem = "a function stands alone in its mapping" if known else f"there is no function {key}"
                raise ResolutionError((*path, key), problem + ("" if known else nearest(key, FUNCTIONS)))

    def text(self, node: Any, path: Path) -> str:
        value = self.value(node, path)
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, (str, int, float)):
            return str(value)
        raise ResolutionError(path, f"text is expected, not {kind_of(value)}")

    def list(self, node: Any, path: Path) -> list[Any]:
        value = self.value(node, path)
        if not isinstance(value, list):
            raise ResolutionError(path, f"a list is expected, not {kind_of(value)}")
        return value

    def reference(self, name: str, path: Path) -> Any:
        """What Ref of `name` comes to."""
        if name == "AWS::NoValue":
            return NOTHING
        parameters = self.section("Parameters")
        if name in parameters:
            self.asked.add(name)
            return parameter_value(name, self.expanded(parameters[name], ("Parameters", name)), self.given)
        if name in self.given:
            self.asked.add(name)
            return self.given[name]
        if name in self.pseudo:
            return self.pseudo[name]
        table = self.table_name(name)
        if table is not None:
            return table
        resources = self.section("Resources")
        if name in resources:
            kind = _type_of(resources[name])
            raise ResolutionError(
                path, f"needs {name} ({kind}), which is not applied: --parameter {name}=VALUE"
            )
        raise ResolutionError(
            path, f"there is no parameter or resource {name}{nearest(name, [*parameters, *resources])}"
        )

    def attribute(self, resource: str, attribute: str, path: Path) -> Any:
        """What Fn::GetAtt comes to."""
        name = f"{resource}.{attribute}"
        if name in self.given:
            self.asked.add(name)
            return self.given[name]
        resources = self.section("Resources")
        if resource not in resources:
            raise ResolutionError(path, f"there is no resource {resource}{nearest(resource, resources)}")
        table = self.table_name(resource)
        if table is None:
            kind = _type_of(resources[resource])
            raise ResolutionError(
                path, f"needs {name} ({kind}), which is not applied: --parameter {name}=VALUE"
            )
        if attribute == "Arn":
            return self.table_arn(table)
        raise ResolutionError(path, f"{name} is known only once the table is there: --parameter {name}=VALUE")

    def given_or(self, name: str, path: Path, problem: str) -> str:
        """A value that no template holds."""
        if name in self.given:
            self.asked.add(name)
            return self.given[name]
        raise ResolutionError(path, f"{problem}: --parameter {name}=VALUE")

    def condition(self, name: str, path: Path) -> bool:
        """Raises ResolutionError, for a circle too."""
        conditions = self.section("Conditions")
        if name not in conditions:
            raise ResolutionError(path, f"there is no condition {name}{nearest(name, conditions)}")
        if name in self._conditions:
            known = self._conditions[name]
            if known is None:
                raise ResolutionError(("Conditions", name), "depends on itself")
            return known
        self._conditions[name] = None
        result = self.truth(conditions[name], ("Conditions", name))
        self._conditions[name] = result
        return result

    def truth(self, node: Any, path: Path) -> bool:
        value = self.value(node, path)
        if isinstance(value, str) and value in ("true", "false"):
            return value == "true"
        if not isinstance(value, bool):
            raise ResolutionError(path, f"a condition is expected, not {kind_of(value)}")
        return value

    def section(self, name: str) -> Mapping[str, Any]:
        """One of the template's, its loops written out; empty when it is not there."""
        from stator.templates.loops import has_loops, unrolled

        if name in self._sections:
            known = self._sections[name]
            if known is None:
                raise ResolutionError((name,), "a loop depends on what it makes")
            return known
        section = self.template.get(name)
        if section is None:
            section = {}
        if not isinstance(section, dict):
            raise ResolutionError((name,), f"a mapping is expected, not {kind_of(section)}")
        if has_loops(section):
            self._sections[name] = None
            section = unrolled(self, section, (name,))
        self._sections[name] = section
        return section

    @property
    def has_extensions(self) -> bool:
        """Whether the template names AWS::LanguageExtensions among its transforms."""
        transforms = self.template.get("Transform")
        return LANGUAGE_EXTENSIONS in (transforms if isinstance(transforms, list) else [transforms])

    def require_extensions(self, what: str, path: Path) -> None:
        if not self.has_extensions:
            raise ResolutionError(path, f"{what} needs Transform: {LANGUAGE_EXTENSIONS}")

    def dynamic(self, text: str, path: Path) -> str:
        """A text with its dynamic references, {{resolve:...}}, replaced by what was given for them."""

        def found(match: re.Match[str]) -> str:
            name = match.group(1)
            return self.given_or(name, path, f"{{{{{name}}}}} is not in the template")

        return _DYNAMIC.sub(found, text)


def _type_of(resource: Any) -> str:
    kind = resource.get("Type") if isinstance(resource, dict) else None
    return kind if isinstance(kind, str) else "no type"


def kind_of(value: Any) -> str:
    """A word for what a value is, for a sentence."""
    if value is NOTHING or value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"the boolean {str(value).lower()}"
    if isinstance(value, str):
        return f"the text '{value[:80]}'"
    if isinstance(value, (int, float)):
        return f"the number {value}"
    return "a list" if isinstance(value, list) else "a mapping"
