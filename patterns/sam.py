"""A pattern -> its SAM template: the tables of its design, as `sam deploy` and `stator apply` make them, and the
function that their stream feeds, which `sam deploy` makes alone."""

from __future__ import annotations

import json
from typing import Any, Final

import yaml

from patterns.function import Function
from patterns.pattern import Pattern
from stator.model.cloudformation import logical_id, template_of
from stator.model.sketches import sketch_of

TRANSFORM: Final = "AWS::Serverless-2016-10-31"
RUNTIME: Final = "python3.13"
CODE: Final = "build/functions"
"""Where the code of functions is made, from the project's root."""
TRIED_FOR_S: Final = 6 * 3600
"""A stream keeps a day: eighteen hours are left to look at what failed."""


def sam_template(name: str, pattern: Pattern, function: Function | None = None) -> str:
    made = template_of(sketch_of(pattern.design))
    tables = made.pop("Resources")
    template: dict[str, Any] = {
        "AWSTemplateFormatVersion": made.pop("AWSTemplateFormatVersion"),
        "Transform": TRANSFORM,
        **made,
        "Description": f"{pattern.title}: the tables of docs/patterns/{name}.md",
    }
    if function is not None and function.parameters:
        template["Parameters"] = dict(function.parameters)
    template["Resources"] = {**tables, **(_resources(function) if function else {})}
    head = _HEAD.format(name=name) + (_CODE.format(name=name, runtime=RUNTIME, code=CODE) if function else "")
    return head + yaml.dump(template, Dumper=_Dumper, sort_keys=False, width=110)


def _resources(function: Function) -> dict[str, Any]:
    """The function, and a queue for word of what it could not do."""
    return {
        function.name: {"Type": "AWS::Serverless::Function", "Properties": _properties(function)},
        f"{function.name}Failures": {
            "Type": "AWS::SQS::Queue",
            "Properties": {"MessageRetentionPeriod": 14 * 86_400},
        },
        **function.resources,
    }


def _properties(function: Function) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "CodeUri": f"../../../{CODE}",
        "Handler": function.handler,
        "Runtime": RUNTIME,
        "MemorySize": 256,
        "Timeout": 30,
    }
    if function.environment:
        properties["Environment"] = {"Variables": dict(function.environment)}
    if function.policies:
        properties["Policies"] = list(function.policies)
    properties["Events"] = {"Changes": {"Type": "DynamoDB", "Properties": _mapping(function)}}
    return properties


def _mapping(function: Function) -> dict[str, Any]:
    """From the stream's beginning, so that nothing is left out that was written before; failed records again, and not
    the whole batch."""
    return {
        "Stream": {"Fn::GetAtt": [logical_id(function.table), "StreamArn"]},
        "StartingPosition": "TRIM_HORIZON",
        "BatchSize": 100,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "BisectBatchOnFunctionError": True,
        "MaximumRecordAgeInSeconds": TRIED_FOR_S,
        "DestinationConfig": {
            "OnFailure": {
                "Type": "SQS",
                "Destination": {"Fn::GetAtt": [f"{function.name}Failures", "Arn"]},
            }
        },
        "FilterCriteria": {"Filters": [{"Pattern": json.dumps(each)} for each in function.takes]},
    }


_HEAD: Final = "# Made by tools/generate_patterns.py from patterns/{name}.py; a test applies it.\n"
_CODE: Final = """\
# The code of its function, made at the project's root on Linux with the function's Python ({runtime}):
#   pip install --target {code} '.[boto3,model]' && cp -R patterns {code}/
#   sam deploy --guided --template docs/patterns/templates/{name}.yaml
# `stator apply` makes the tables, and lists the rest as of other services.
"""


class _Dumper(yaml.SafeDumper):
    """Writes lists within their mapping, and what is said twice twice."""

    def ignore_aliases(self, data: Any) -> bool:
        return True
