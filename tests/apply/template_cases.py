"""Templates as data: each with what is given to it, and the plan that it gives on an empty database, in plans/."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stator.cli.plan_lines import lines_of
from stator.client.transport import Transport
from stator.errors import ServiceError
from stator.templates.applying import Applying
from stator.templates.places import place_of
from stator.templates.plans import Plan, make_plans
from stator.templates.stacks import read_stacks

HERE = Path(__file__).parent
TEMPLATES = HERE / "templates"
PLANS = HERE / "plans"


@dataclass(frozen=True)
class Case:
    name: str
    template: str
    given: Mapping[str, str] = field(default_factory=dict)
    stack: str | None = None

    @property
    def plan_file(self) -> Path:
        return PLANS / f"{self.name}.txt"


_GIVEN = {
    "Prefix": "shop",
    "resolve:ssm:/shop/suffix:1": "secrets",
    "shop-key-name": "id",
    "Key.Arn": "arn:aws:kms:us-east-1:000000000000:key/11111111-2222-3333-4444-555555555555",
    "Role": "a-role",
}
CASES = [
    Case("plain", "plain.yaml"),
    Case("everything", "everything.yaml"),
    Case("everything-in-production", "everything.yaml", {"Environment": "production", "RecoveryDays": "35"}),
    Case("sam", "sam.yaml"),
    Case("sam-in-production", "sam.yaml", {"Stage": "prod"}, "orders-prod"),
    Case("serverless", "serverless.yml"),
    Case("serverless-in-production", "serverless.yml", {"stage": "prod"}),
    Case("serverless-of-files", "serverless-files/serverless.yml"),
    Case("cdk", "cdk.out"),
    Case("cdk-one-stack", "cdk.out", {}, "Prod-Ledger"),
    Case("cdk-template", "cdk.out/Shop.template.json"),
    Case("json-with-tabs", "tabs.json"),
    Case("loops", "loops.yaml"),
    Case("loops-of-others", "loops.yaml", {"Tenants": "east,north,west"}),
    Case("conditions", "conditions.yaml"),
    Case("given", "given.yaml", _GIVEN),
    Case("merges", "merges.yaml"),
    Case("provisioned", "provisioned.yaml"),
    Case("provisioned-more", "provisioned.yaml", {"Units": "40"}),
    Case("nothing", "nothing.yaml"),
    Case("policies", "policies.json"),
]
BY_NAME = {case.name: case for case in CASES}


def plans_of(transport: Transport, case: Case) -> list[Plan]:
    place = place_of(transport)
    template = TEMPLATES / case.template
    stacks = read_stacks(template, case.stack, case.given, place.region, place.account)
    return make_plans(transport, stacks, case.given, place)


def shown(plans: list[Plan], case: Case) -> str:
    return "".join(f"{line}\n" for plan in plans for line, _ in lines_of(plan, case.template, "app.db"))


def apply(transport: Transport, plans: list[Plan]) -> None:
    Applying(transport, idle=lambda _: None).apply(plans)


class Interruption(Exception):
    """The run ends here, as if its process had."""


class Interrupting:
    """A transport whose `at`-th call is not made, or made without its answer arriving."""

    def __init__(self, inner: Transport, at: int, is_made: bool) -> None:
        self._inner = inner
        self._left = at
        self._is_made = is_made
        self.calls = 0

    def call(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        self.calls += 1
        self._left -= 1
        if self._left == 0:
            if self._is_made:
                self._inner.call(operation, request)
            raise Interruption
        return self._inner.call(operation, request)

    def close(self) -> None: ...


class Watching:
    """A transport that keeps what was called, and can refuse what `refuses` answers an error for."""

    def __init__(
        self, inner: Transport, refuses: Callable[[str], ServiceError | None] = lambda _: None
    ) -> None:
        self._inner = inner
        self._refuses = refuses
        self.called: list[str] = []

    def call(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        error = self._refuses(operation)
        if error is not None:
            raise error
        self.called.append(operation)
        return self._inner.call(operation, request)

    def close(self) -> None: ...

    @property
    def changes(self) -> list[str]:
        reading = ("Describe", "List", "Get")
        return [operation for operation in self.called if not operation.startswith(reading)]
