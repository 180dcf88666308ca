"""What holds when several do it at once, with real clients in real threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from systems.letsgo import Data, InvitationError, LetsGoError, Tenants, identity_id
from systems.letsgo.tokens import token_key

Agreed = Callable[[], set[tuple[str, str]]]
ANN = identity_id("i", "ann")


def at_once(calls: list[Callable[[], object]]) -> Iterator[object]:
    """All begin together; what each returned or raised, in their order."""
    barrier = threading.Barrier(len(calls))
    found: list[object] = [None] * len(calls)

    def run(place: int) -> None:
        barrier.wait()
        try:
            found[place] = calls[place]()
        except Exception as error:
            found[place] = error

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return iter(found)


@pytest.mark.parametrize("round_", range(5))
def test_of_two_who_accept_an_invitation_at_once_one_is_a_member(
    tenants: Tenants, agreed: Agreed, round_: int
) -> None:
    tenant = tenants.create("Acme", ANN).tenant_id
    invitation = tenants.invite(tenant, ANN).invitation_id
    people = [identity_id("i", f"{number}") for number in range(2)]
    found = list(
        at_once([lambda who=who: tenants.accept(tenant, invitation, who) for who in people])  # type: ignore[misc]
    )
    assert sorted(type(each).__name__ for each in found) == ["InvitationError", "NoneType"]
    winner = people[found.index(None)]
    assert tenants.members(tenant) == sorted((ANN, winner))
    assert agreed() == {(tenant, ANN), (tenant, winner)}


def test_of_twenty_who_accept_an_invitation_at_once_one_is_a_member(tenants: Tenants) -> None:
    tenant = tenants.create("Acme", ANN).tenant_id
    invitation = tenants.invite(tenant, ANN).invitation_id
    found = list(
        at_once(
            [
                lambda who=who: tenants.accept(tenant, invitation, identity_id("i", f"{who}"))  # type: ignore[misc]
                for who in range(20)
            ]
        )
    )
    assert found.count(None) == 1
    assert all(isinstance(each, InvitationError) for each in found if each is not None)
    assert len(tenants.members(tenant)) == 2


@pytest.mark.parametrize("round_", range(3))
def test_a_member_who_comes_while_the_tenant_is_deleted_leaves_nothing(
    tenants: Tenants, agreed: Agreed, round_: int
) -> None:
    tenant = tenants.create("Acme", ANN).tenant_id
    calls: list[Callable[[], object]] = [
        lambda who=who: tenants.add_member(tenant, identity_id("i", f"{who}"))  # type: ignore[misc]
        for who in range(6)
    ]
    found = list(at_once([*calls[:3], lambda: tenants.delete(tenant), *calls[3:]]))
    assert all(each is None or isinstance(each, LetsGoError) for each in found)
    assert agreed() == set()


def test_members_who_come_and_go_at_once_are_the_same_both_ways(tenants: Tenants, agreed: Agreed) -> None:
    tenant = tenants.create("Acme", ANN).tenant_id
    people = [identity_id("i", f"{number}") for number in range(3)]
    calls: list[Callable[[], object]] = []
    for who in people:
        calls += [
            lambda who=who: tenants.add_member(tenant, who),  # type: ignore[misc]
            lambda who=who: tenants.remove_member(tenant, who),  # type: ignore[misc]
        ] * 2
    assert list(at_once(calls)) == [None] * len(calls)
    agreed()


def test_whoever_asks_first_for_the_tokens_key_all_get_the_same(data: Data, db: Any) -> None:
    found = set(at_once([lambda: token_key(db)] * 6))
    assert len(found) == 1
    assert all(isinstance(each, bytes) for each in found)
