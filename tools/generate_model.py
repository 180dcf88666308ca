"""Writes src/stator/api/shapes/model.json from the service models that botocore carries: operations, shapes, members,
enums and bounds, without the documentation. Run it after moving to a newer botocore:

    python tools/generate_model.py

Format: {"botocore": version, "services": {target prefix: {"operations": {name: [input, output, [errors]]},
"shapes": {name: shape}}}}. A shape is {"t": type} with, where it has them, "m" (members -> shape), "r" (required
members), "e" (shape of a list's or map's element), "k" (shape of a map's key), "v" (enum), "min", "max", "p" (pattern).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import botocore  # type: ignore[import-untyped]
import botocore.loaders  # type: ignore[import-untyped]

OUTPUT = Path(__file__).resolve().parent.parent / "src" / "stator" / "api" / "shapes" / "model.json"
SERVICES = ("dynamodb", "dynamodbstreams")


def generate() -> dict[str, Any]:
    loader = botocore.loaders.Loader()
    models = [loader.load_service_model(name, "service-2") for name in SERVICES]
    services = {model["metadata"]["targetPrefix"]: _service(model) for model in models}
    return {"botocore": botocore.__version__, "services": services}


def render(model: dict[str, Any]) -> str:
    """One operation or shape a line, so that a change of AWS's reads as one."""
    lines = [f'{{"botocore":{_compact(model["botocore"])},"services":{{']
    for last, (name, service) in _with_last(model["services"].items()):
        lines.append(f"{_compact(name)}:{{")
        for end, part in (("},", "operations"), ("}", "shapes")):
            lines.append(f'"{part}":{{')
            rows = sorted(service[part].items())
            lines += [
                f"{_compact(key)}:{_compact(row)}{'' if end_ else ','}"
                for end_, (key, row) in _with_last(rows)
            ]
            lines.append(end)
        lines.append("}" if last else "},")
    return "\n".join([*lines, "}}", ""])


def _with_last(rows: Any) -> list[tuple[bool, Any]]:
    listed = list(rows)
    return [(index == len(listed) - 1, row) for index, row in enumerate(listed)]


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def _service(model: dict[str, Any]) -> dict[str, Any]:
    return {
        "operations": {name: _operation(operation) for name, operation in model["operations"].items()},
        "shapes": {name: _shape(shape) for name, shape in model["shapes"].items()},
    }


def _operation(operation: dict[str, Any]) -> list[Any]:
    errors = sorted(error["shape"] for error in operation.get("errors", []))
    return [operation["input"]["shape"], operation.get("output", {}).get("shape", ""), errors]


def _shape(shape: dict[str, Any]) -> dict[str, Any]:
    short: dict[str, Any] = {"t": shape["type"]}
    if "members" in shape:
        short["m"] = {name: member["shape"] for name, member in shape["members"].items()}
    if shape.get("required"):
        short["r"] = shape["required"]
    if element := shape.get("member") or shape.get("value"):
        short["e"] = element["shape"]
    if "key" in shape:
        short["k"] = shape["key"]["shape"]
    renamed = {"enum": "v", "min": "min", "max": "max", "pattern": "p"}
    return short | {renamed[facet]: shape[facet] for facet in renamed if facet in shape}


if __name__ == "__main__":
    OUTPUT.write_text(render(generate()))
