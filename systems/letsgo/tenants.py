"""The platform's own: tenants, identities, who is a member where, issuers and invitations.

A membership is two items, by tenant and by identity. Both are written, and both removed, in one transaction, together
with what brings the membership about: a new tenant, an accepted invitation. Whatever adds a member or an invitation
checks in its transaction that the tenant is there, so nothing is added to a tenant once it is deleted.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

from stator.model import Attr, ConditionFailedError, NotFoundError, Transaction, ref
from systems.letsgo.design import (
    INVITATION_S,
    Identity,
    IdentityTenant,
    Invitation,
    Issuer,
    Platform,
    Tenant,
    TenantIdentity,
)
from systems.letsgo.faults import InvitationError, ItemError, NotThereError

_PAIRS_MAX: Final = 49
"""Of a transaction: a hundred writes, two of a pair, and one for the tenant."""


class Tenants:
    """`deployment`: which table, `letsgo-{deployment}`. `now`: the clock, the database's unless given. `new_id`: a text
    that none had before. Safe to share between threads, as `db` is."""

    def __init__(
        self, db: Any, deployment: str = "main", *, now: Callable[[], float] | None = None,
        new_id: Callable[[], str] = lambda: secrets.token_hex(16),
    ) -> None:  # fmt: skip
        self._now: Callable[[], float] = now or db.now
        self.design = Platform(db, deployment, now=self._now)
        self._new_id = new_id

    # Tenants

    def create(self, display_name: str, created_by: str) -> Tenant:
        """A new tenant, whose first member is the identity `created_by`. One transaction. Raises ItemError for a name
        of nothing."""
        if not display_name.strip():
            raise ItemError("a tenant has a name")
        now = self._moment()
        tenant = Tenant(
            tenant_id=f"ten-{self._new_id()}", display_name=display_name, created_at=now, updated_at=now,
            created_by=created_by,
        )  # fmt: skip
        with self.design.transaction() as every:
            every.create(tenant)
            _put_pair(every, tenant.tenant_id, created_by)
        return tenant

    def tenant(self, tenant_id: str) -> Tenant | None:
        """None: there is none, or it was deleted."""
        return self.design.tenant(tenant_id)

    def tenants(self) -> list[Tenant]:
        """All that are not deleted, by their ids."""
        return self.design.tenants().all()

    def change(
        self, tenant_id: str, *, display_name: str | None = None, plan_id: str | None = None
    ) -> Tenant:
        """Returns the tenant as it is then. Raises NotThereError."""
        wanted = {"display_name": display_name, "plan_id": plan_id}
        try:
            return self.design.update(
                ref(Tenant, tenant_id=tenant_id),
                {name: value for name, value in wanted.items() if value is not None},
            )
        except NotFoundError as error:
            raise _no_tenant(tenant_id) from error

    def delete(self, tenant_id: str) -> None:
        """Marks the tenant as deleted and removes its memberships, both ways, and its invitations. Up to 49 members it
        is one transaction; of more, the tenant is gone in the first, and the rest follows: called again after it was
        interrupted, it goes on. Raises NotThereError for a tenant that never was."""
        tenant = self.design.tenant_or_deleted(tenant_id).first()
        if tenant is None:
            raise _no_tenant(tenant_id)
        while True:
            pairs = self.design.identities_of(tenant_id).page(_PAIRS_MAX).items
            if not pairs and tenant.deleted_at is not None:
                break
            try:
                with self.design.transaction() as every:
                    if tenant.deleted_at is None:
                        every.delete(ref(Tenant, tenant_id=tenant_id))
                    for pair in pairs:
                        _erase_pair(every, tenant_id, pair.identity_id)
            except NotFoundError:
                pass  # another deletes it, too
            tenant = self.design.tenant_or_deleted(tenant_id).first() or tenant
        self.design.erase_many(self.design.invitations_to(tenant_id).all())

    # Identities

    def put_identity(self, identity_id: str, user: Mapping[str, Any]) -> Identity:
        """Keeps what is known of whoever logs in by it, in the place of what was."""
        return self.design.put(Identity(identity_id=identity_id, user=dict(user)))

    def identity(self, identity_id: str) -> Identity | None:
        return self.design.identity(identity_id)

    def delete_identity(self, identity_id: str) -> None:
        """Removes the identity and its memberships, both ways; up to 49 of them in one transaction. Nothing happens
        when there is none."""
        while True:
            pairs = self.design.tenants_of(identity_id).page(_PAIRS_MAX).items
            with self.design.transaction() as every:
                every.erase(ref(Identity, identity_id=identity_id))
                for pair in pairs:
                    _erase_pair(every, pair.tenant_id, identity_id)
            if not pairs:
                return

    # Memberships

    def add_member(self, tenant_id: str, identity_id: str, user: Mapping[str, Any] | None = None) -> None:
        """Both items in one transaction, and with `user` the identity as well. Again, it changes nothing. Raises
        NotThereError for a tenant that is not there."""
        with _of_tenant(self.design, tenant_id) as every:
            _put_pair(every, tenant_id, identity_id)
            if user is not None:
                every.put(Identity(identity_id=identity_id, user=dict(user)))

    def remove_member(self, tenant_id: str, identity_id: str) -> None:
        """Both items in one transaction. Nothing happens when it is no member."""
        with self.design.transaction() as every:
            _erase_pair(every, tenant_id, identity_id)

    def is_member(self, tenant_id: str, identity_id: str) -> bool:
        return self.design.membership(tenant_id, identity_id) is not None

    def members(self, tenant_id: str) -> list[str]:
        """The ids of a tenant's members, in their order."""
        return [each.identity_id for each in self.design.identities_of(tenant_id)]

    def tenants_of(self, identity_id: str) -> list[Tenant]:
        """The tenants that an identity is a member of, and that are not deleted."""
        ids = [each.tenant_id for each in self.design.tenants_of(identity_id)]
        return self.design.get_many(Tenant, ids)

    # Invitations

    def invite(self, tenant_id: str, created_by: str) -> Invitation:
        """An invitation that is good for 24 hours. Raises NotThereError for a tenant that is not there."""
        now = self._moment()
        invitation = Invitation(
            tenant_id=tenant_id, invitation_id=f"inv-{self._new_id()}", created_by=created_by, created_at=now,
            ttl=int(now.timestamp()) + INVITATION_S,
        )  # fmt: skip
        with _of_tenant(self.design, tenant_id) as every:
            every.create(invitation)
        return invitation

    def invitations(self, tenant_id: str) -> list[Invitation]:
        """Those that have not expired."""
        return self.design.invitations_to(tenant_id).all()

    def invitation(self, tenant_id: str, invitation_id: str) -> Invitation | None:
        return self.design.invitation(tenant_id, invitation_id)

    def accept(
        self, tenant_id: str, invitation_id: str, identity_id: str, user: Mapping[str, Any] | None = None
    ) -> None:
        """Makes the identity a member and the invitation go, in one transaction: of two at once, one is accepted.
        Raises InvitationError."""
        invitation = ref(Invitation, tenant_id=tenant_id, invitation_id=invitation_id)
        try:
            with self.design.transaction() as every:
                every.erase(invitation, if_=Attr("category").exists())
                every.check(ref(Tenant, tenant_id=tenant_id))
                _put_pair(every, tenant_id, identity_id)
                if user is not None:
                    every.put(Identity(identity_id=identity_id, user=dict(user)))
        except (NotFoundError, ConditionFailedError) as error:
            raise InvitationError(
                f"invitation {invitation_id} to {tenant_id} cannot be accepted: it was already, or was revoked, has "
                "expired, or its tenant is gone"
            ) from error

    def revoke(self, tenant_id: str, invitation_id: str) -> None:
        """Nothing happens when there is none."""
        self.design.erase(ref(Invitation, tenant_id=tenant_id, invitation_id=invitation_id))

    # Issuers

    def put_issuer(self, issuer_id: str, jwks: str) -> Issuer:
        """Trusts an issuer, whose keys are at the URL `jwks`; in the place of what was known of it."""
        return self.design.put(Issuer(issuer_id=issuer_id, jwks=jwks, created_at=self._moment()))

    def issuer(self, issuer_id: str) -> Issuer | None:
        return self.design.issuer(issuer_id)

    def issuers(self) -> list[Issuer]:
        return self.design.issuers().all()

    def delete_issuer(self, issuer_id: str) -> None:
        """Nothing happens when there is none."""
        self.design.erase(ref(Issuer, issuer_id=issuer_id))

    def _moment(self) -> datetime:
        return datetime.fromtimestamp(self._now(), UTC)


@contextmanager
def _of_tenant(design: Platform, tenant_id: str) -> Iterator[Transaction]:
    """A transaction that holds only while the tenant is there. Raises NotThereError."""
    try:
        with design.transaction() as every:
            every.check(ref(Tenant, tenant_id=tenant_id))
            yield every
    except NotFoundError as error:
        raise _no_tenant(tenant_id) from error


def _put_pair(every: Transaction, tenant_id: str, identity_id: str) -> None:
    every.put(TenantIdentity(tenant_id=tenant_id, identity_id=identity_id))
    every.put(IdentityTenant(identity_id=identity_id, tenant_id=tenant_id))


def _erase_pair(every: Transaction, tenant_id: str, identity_id: str) -> None:
    every.erase(ref(TenantIdentity, tenant_id=tenant_id, identity_id=identity_id))
    every.erase(ref(IdentityTenant, identity_id=identity_id, tenant_id=tenant_id))


def _no_tenant(tenant_id: str) -> NotThereError:
    return NotThereError(f"there is no tenant {tenant_id}")
