"""A story is told in steps, each of which finds something; what they found is printed as one JSON object.

A step that fails tells its traceback in place of what it found, and the story goes on.
"""

from __future__ import annotations

import asyncio
import json
import traceback
from collections.abc import Callable
from typing import Any

_steps: list[Callable[[], Any]] = []


def step(function: Callable[[], Any]) -> Callable[[], Any]:
    _steps.append(function)
    return function


def outcome(function: Callable[[], Any]) -> Any:
    try:
        found = function()
        return asyncio.run(found) if asyncio.iscoroutine(found) else found
    except Exception:
        return {"raised": traceback.format_exc()}


def tell() -> None:
    print(json.dumps({function.__name__: outcome(function) for function in _steps}))
