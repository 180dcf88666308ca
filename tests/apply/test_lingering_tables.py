"""Where tables stay CREATING and UPDATING for a while, as on AWS, each call waits for the one before it."""

from __future__ import annotations

import random

from template_cases import BY_NAME, plans_of
from template_texts import AFTER, BEFORE, plan_of

from stator.client.connecting import MEMORY, connect
from stator.client.transport import Transport
from stator.clock import ManualClock
from stator.engine.like_aws import LikeAws
from stator.templates.applying import Applying


def _lingering(clock: ManualClock) -> Transport:
    hard = LikeAws(lingering_states=True)
    return connect(MEMORY, clock=clock, rng=random.Random(7), like_aws=hard, background=False)


def test_a_table_is_made_and_updated_while_it_lingers() -> None:
    clock = ManualClock()
    transport = _lingering(clock)
    applying = Applying(transport, idle=lambda seconds: clock.advance(seconds + 1), clock=clock.now)
    applying.apply([plan_of(transport, BEFORE)])
    applying.apply([plan_of(transport, AFTER)])
    assert not plan_of(transport, AFTER).changes_anything
    transport.close()


def test_everything_is_made_while_it_lingers() -> None:
    clock = ManualClock()
    transport = _lingering(clock)
    applying = Applying(transport, idle=lambda seconds: clock.advance(seconds + 1), clock=clock.now)
    for name in ("everything", "cdk"):
        applying.apply(plans_of(transport, BY_NAME[name]))
        assert not any(plan.changes_anything for plan in plans_of(transport, BY_NAME[name]))
    transport.close()
