"""The platform: memberships are two items or none, invitations are accepted once, a deleted tenant leaves nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from stator.clock import ManualClock
from systems.letsgo import (
    Data,
    InvitationError,
    ItemError,
    NotThereError,
    Tenants,
    identity_id,
    identity_of,
)

Agreed = Callable[[], set[tuple[str, str]]]
ANN, BOB = identity_id("https://login.example.com/", "ann"), identity_id("https://login.example.com/", "bob")
DAY_S = 24 * 60 * 60


def test_a_new_tenant_has_its_first_member_both_ways(agreed: Agreed, tenants: Tenants) -> None:
    tenant = tenants.create("Acme", ANN)
    assert tenants.tenant(tenant.tenant_id) == tenant
    assert tenant.tenant_id == "ten-0001"
    assert tenants.members(tenant.tenant_id) == [ANN]
    assert tenants.tenants_of(ANN) == [tenant]
    assert tenants.is_member(tenant.tenant_id, ANN)
    assert agreed() == {(tenant.tenant_id, ANN)}


def test_the_items_are_as_the_platform_names_them(db: Any, tenants: Tenants) -> None:
    tenant = tenants.create("Acme", ANN)
    operator = Data(db, reads_reserved=True)
    item = operator.get("letsgo-tenant", tenant.tenant_id)
    assert item is not None
    assert (item["tenantId"], item["displayName"], item["planId"]) == (tenant.tenant_id, "Acme", "free")
    assert operator.get("letsgo-tenant-identity", f"/{tenant.tenant_id}/{ANN}") is not None
    assert operator.get("letsgo-identity-tenant", f"/{ANN}/{tenant.tenant_id}") is not None


def test_members_come_and_go_both_ways(agreed: Agreed, tenants: Tenants) -> None:
    one, other = (tenants.create(name, ANN).tenant_id for name in ("Acme", "Fubar"))
    tenants.add_member(one, BOB, user={"name": "Bob"})
    tenants.add_member(one, BOB)
    assert tenants.members(one) == sorted((ANN, BOB))
    assert [each.tenant_id for each in tenants.tenants_of(ANN)] == [one, other]
    assert [each.tenant_id for each in tenants.tenants_of(BOB)] == [one]
    bob = tenants.identity(BOB)
    assert bob is not None
    assert bob.user == {"name": "Bob"}
    tenants.remove_member(one, ANN)
    tenants.remove_member(one, ANN)
    assert agreed() == {(one, BOB), (other, ANN)}


def test_a_tenants_key_is_no_prefix_of_anothers(db: Any, data: Data, clock: ManualClock) -> None:
    ids = iter(("1", "10"))
    tenants = Tenants(db, now=clock.now, new_id=lambda: next(ids))
    one, other = (tenants.create("T", who).tenant_id for who in (ANN, BOB))
    assert (tenants.members(one), tenants.members(other)) == ([ANN], [BOB])


def test_nobody_is_added_to_a_tenant_that_is_not_there(agreed: Agreed, tenants: Tenants) -> None:
    with pytest.raises(NotThereError, match="there is no tenant ten-none"):
        tenants.add_member("ten-none", ANN)
    with pytest.raises(NotThereError):
        tenants.invite("ten-none", ANN)
    with pytest.raises(NotThereError):
        tenants.change("ten-none", display_name="x")
    assert agreed() == set()


def test_a_tenant_changes_its_name_and_its_plan(tenants: Tenants, clock: ManualClock) -> None:
    tenant = tenants.create("Acme", ANN)
    clock.advance(60)
    changed = tenants.change(tenant.tenant_id, plan_id="business")
    assert (changed.display_name, changed.plan_id) == ("Acme", "business")
    assert changed.updated_at is not None
    assert (changed.updated_at - tenant.created_at).total_seconds() == 60
    assert tenants.change(tenant.tenant_id, display_name="Acme 2").plan_id == "business"


@pytest.mark.parametrize("members", [1, 49, 50, 120])
def test_a_deleted_tenant_leaves_no_membership_and_no_invitation(
    agreed: Agreed, tenants: Tenants, members: int
) -> None:
    tenant, other = (tenants.create(name, ANN).tenant_id for name in ("Acme", "Fubar"))
    for number in range(1, members):
        tenants.add_member(tenant, identity_id("i", f"{number:03}"))
    invitation = tenants.invite(tenant, ANN)
    tenants.delete(tenant)
    tenants.delete(tenant)
    assert tenants.tenant(tenant) is None
    assert [each.tenant_id for each in tenants.tenants()] == [other]
    assert agreed() == {(other, ANN)}
    assert tenants.invitations(tenant) == []
    with pytest.raises(InvitationError):
        tenants.accept(tenant, invitation.invitation_id, BOB)
    with pytest.raises(NotThereError):
        tenants.add_member(tenant, BOB)
    kept = tenants.design.tenant_or_deleted(tenant).first()
    assert kept is not None
    assert kept.deleted_at is not None


def test_a_tenant_that_never_was_cannot_be_deleted(tenants: Tenants) -> None:
    with pytest.raises(NotThereError, match="there is no tenant ten-none"):
        tenants.delete("ten-none")


def test_a_deleted_identity_leaves_no_membership(agreed: Agreed, tenants: Tenants) -> None:
    founded = [tenants.create(f"T{number}", BOB).tenant_id for number in range(60)]
    for tenant in founded:
        tenants.add_member(tenant, ANN)
    tenants.put_identity(ANN, {"name": "Ann"})
    tenants.delete_identity(ANN)
    tenants.delete_identity(ANN)
    assert tenants.identity(ANN) is None
    assert tenants.tenants_of(ANN) == []
    assert agreed() == {(tenant, BOB) for tenant in founded}


# Invitations


def test_an_invitation_makes_a_member_once(agreed: Agreed, tenants: Tenants) -> None:
    tenant = tenants.create("Acme", ANN).tenant_id
    invitation = tenants.invite(tenant, ANN)
    assert tenants.invitations(tenant) == [invitation]
    tenants.accept(tenant, invitation.invitation_id, BOB, user={"name": "Bob"})
    assert agreed() == {(tenant, ANN), (tenant, BOB)}
    assert tenants.identity(BOB) is not None
    assert tenants.invitations(tenant) == []
    carol = identity_id("i", "carol")
    with pytest.raises(InvitationError, match="cannot be accepted"):
        tenants.accept(tenant, invitation.invitation_id, carol)
    assert not tenants.is_member(tenant, carol)


def test_an_invitation_is_good_for_24_hours_to_the_second(tenants: Tenants, clock: ManualClock) -> None:
    tenant = tenants.create("Acme", ANN).tenant_id
    first, second = (tenants.invite(tenant, ANN).invitation_id for _ in range(2))
    clock.advance(DAY_S)
    assert len(tenants.invitations(tenant)) == 2
    tenants.accept(tenant, first, BOB)
    clock.advance(1)
    assert tenants.invitations(tenant) == []
    assert tenants.invitation(tenant, second) is None
    with pytest.raises(InvitationError):
        tenants.accept(tenant, second, identity_id("i", "carol"))


def test_a_revoked_invitation_or_one_to_another_tenant_is_not_accepted(tenants: Tenants) -> None:
    one, other = (tenants.create(name, ANN).tenant_id for name in ("Acme", "Fubar"))
    invitation = tenants.invite(one, ANN).invitation_id
    with pytest.raises(InvitationError):
        tenants.accept(other, invitation, BOB)
    tenants.revoke(one, invitation)
    tenants.revoke(one, invitation)
    with pytest.raises(InvitationError):
        tenants.accept(one, invitation, BOB)
    assert not tenants.is_member(one, BOB)


# Issuers and identities


def test_issuers_are_kept(tenants: Tenants) -> None:
    tenants.put_issuer("https://b.example.com/", "https://b.example.com/jwks")
    tenants.put_issuer("https://a.example.com/", "https://a.example.com/jwks")
    assert [each.issuer_id for each in tenants.issuers()] == [
        "https://a.example.com/",
        "https://b.example.com/",
    ]
    tenants.delete_issuer("https://a.example.com/")
    assert tenants.issuer("https://a.example.com/") is None
    assert tenants.issuer("https://b.example.com/") is not None


@pytest.mark.parametrize(
    ("issuer", "subject"), [("https://x/", "google|12"), ("a:b", "c/d"), ("ä", "日本"), ("i", "s")]
)
def test_an_identitys_id_is_one_text_without_a_slash_and_goes_back(issuer: str, subject: str) -> None:
    made = identity_id(issuer, subject)
    assert identity_of(made) == (issuer, subject)
    assert "/" not in made


@pytest.mark.parametrize(
    "text", ["", "idn-", "idn-zz", "idn-00", "idn-61", "61", "idn-ff00ff", "idn-6100", "IDN-610062"]
)
def test_a_text_that_is_no_identitys_id_is_refused(text: str) -> None:
    with pytest.raises(ItemError, match="is no identity's id"):
        identity_of(text)


@pytest.mark.parametrize(("issuer", "subject"), [("", "s"), ("i", ""), ("i\x00", "s")])
def test_an_identity_without_an_issuer_or_a_subject_is_refused(issuer: str, subject: str) -> None:
    with pytest.raises(ItemError):
        identity_id(issuer, subject)
