"""A pattern -> its SAM template: the tables of its design, as `sam deploy` and `stator apply` make them."""

from __future__ import annotations

from typing import Any, Final

import yaml

from patterns.pattern import Pattern
from stator.model.cloudformation import template_of
from stator.model.sketches import sketch_of

TRANSFORM: Final = "AWS::Serverless-2016-10-31"


def sam_template(name: str, pattern: Pattern) -> str:
    made = template_of(sketch_of(pattern.design))
    template: dict[str, Any] = {
        "AWSTemplateFormatVersion": made.pop("AWSTemplateFormatVersion"),
        "Transform": TRANSFORM,
        **made,
        "Description": f"{pattern.title}: the tables of docs/patterns/{name}.md",
    }
    return _HEAD.format(name=name) + yaml.dump(template, Dumper=_Dumper, sort_keys=False, width=110)


_HEAD: Final = "# Made by tools/generate_patterns.py from patterns/{name}.py; a test applies it.\n"


class _Dumper(yaml.SafeDumper):
    """Writes lists within their mapping, and what is said twice twice."""

    def ignore_aliases(self, data: Any) -> bool:
        return True
