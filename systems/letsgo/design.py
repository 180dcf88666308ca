"""LetsGo's one table. `category` says of what kind an item is, `key` which one. Relations are items, too: their keys
are such as `/{tenant}/{identity}`, so that a prefix of the key finds all of one side.

Two designs share the table: `LetsGo` has an application's own items, `Platform` the categories that begin with
`letsgo`.
"""

from __future__ import annotations

from typing import Any, Final

from pydantic import AwareDatetime, ConfigDict, Field
from pydantic.alias_generators import to_camel

from stator.model import Design, Entity, Stored, Suffix, Table, get, query, starts_with

RESERVED: Final = "letsgo"
INVITATION_S: Final = 24 * 60 * 60

TABLE: Final = Table("letsgo", pk="category", sk="key", ttl="ttl", type_attribute=None)
NAMING: Final = Suffix("-{environment}")
MAIN: Final = "main"
FREE_PLAN: Final = "free"


class Item(Entity):
    """Whatever an application keeps: any further attributes. It is there until its `ttl`, in epoch seconds; of another
    program's items one that is no number is none, as for DynamoDB."""

    model_config = ConfigDict(extra="allow")
    stored = Stored(expires="ttl")

    category: str
    key: str
    ttl: Any = None


class LetsGo(Design):
    table = TABLE
    naming = NAMING
    entities = (Item,)

    @get(Item)
    def item(self, category: str, key: str) -> None:
        """An item."""

    @get(Item, consistent=True)
    def item_now(self, category: str, key: str) -> None:
        """An item, with every write that was answered."""

    @query(Item, prefix=starts_with("key"))
    def listed(self, category: str, prefix: str | None = None) -> None:
        """The items of a category whose keys begin so, in the order of their keys."""

    @query(Item, prefix=starts_with("key"), consistent=True)
    def listed_now(self, category: str, prefix: str | None = None) -> None:
        """As `listed`, with every write that was answered."""


class Kept(Entity):
    """What the platform keeps; attributes in the items are written as in tenantId."""

    model_config = ConfigDict(alias_generator=to_camel)


class Tenant(Kept):
    """A customer's organization. A deleted one stays, marked, and is not found."""

    stored = Stored(
        {"category": "letsgo-tenant", "key": "{tenant_id}"}, deleted="deleted_at", updated="updated_at"
    )

    tenant_id: str
    display_name: str
    plan_id: str = FREE_PLAN
    created_at: AwareDatetime
    created_by: str
    updated_at: AwareDatetime | None = None
    deleted_at: AwareDatetime | None = None


class Identity(Kept):
    """A credential that someone logs in with; `user`: what its tokens claim."""

    stored = Stored({"category": "letsgo-identity", "key": "{identity_id}"}, updated="updated_at")

    identity_id: str
    user: dict[str, Any] = Field(default_factory=dict)
    updated_at: AwareDatetime | None = None


class TenantIdentity(Kept):
    """A membership, by tenant."""

    stored = Stored(
        {"category": "letsgo-tenant-identity", "key": "/{tenant_id}/{identity_id}"}, separator="/"
    )

    tenant_id: str
    identity_id: str


class IdentityTenant(Kept):
    """The same membership, by identity. The two are written and removed together."""

    stored = Stored(
        {"category": "letsgo-identity-tenant", "key": "/{identity_id}/{tenant_id}"}, separator="/"
    )

    identity_id: str
    tenant_id: str


class Issuer(Kept):
    """Who is trusted to issue tokens; `jwks`: where its keys are published."""

    stored = Stored({"category": "letsgo-issuer", "key": "{issuer_id}"})

    issuer_id: str
    jwks: str
    created_at: AwareDatetime


class Invitation(Kept):
    """To join a tenant. It is there until `ttl`, 24 hours after it was made, or until it is accepted."""

    stored = Stored(
        {"category": "letsgo-invitation", "key": "/{tenant_id}/{invitation_id}"}, separator="/", expires="ttl"
    )

    tenant_id: str
    invitation_id: str
    created_by: str
    created_at: AwareDatetime
    ttl: int


class TokenKey(Kept):
    """What the next tokens of lists are made with: one for the table, so that a token is good in every process."""

    stored = Stored({"category": "letsgo-token-key", "key": "{name}"})

    name: str = "/"
    secret: bytes


class Platform(Design):
    table = TABLE
    naming = NAMING
    entities = (Tenant, Identity, TenantIdentity, IdentityTenant, Issuer, Invitation, TokenKey)

    @get(Tenant)
    def tenant(self, tenant_id: str) -> None:
        """A tenant that is not deleted."""

    @query(Tenant, with_deleted=True, consistent=True)
    def tenant_or_deleted(self, tenant_id: str) -> None:
        """A tenant, deleted or not."""

    @query(Tenant)
    def tenants(self) -> None:
        """All tenants that are not deleted."""

    @get(Identity)
    def identity(self, identity_id: str) -> None:
        """An identity."""

    @query(TenantIdentity, consistent=True)
    def identities_of(self, tenant_id: str) -> None:
        """The members of a tenant."""

    @query(IdentityTenant, consistent=True)
    def tenants_of(self, identity_id: str) -> None:
        """The memberships of an identity."""

    @get(TenantIdentity)
    def membership(self, tenant_id: str, identity_id: str) -> None:
        """Whether an identity is a member of a tenant."""

    @get(Issuer)
    def issuer(self, issuer_id: str) -> None:
        """An issuer."""

    @query(Issuer)
    def issuers(self) -> None:
        """All issuers."""

    @get(Invitation)
    def invitation(self, tenant_id: str, invitation_id: str) -> None:
        """An invitation that has not expired."""

    @query(Invitation, consistent=True)
    def invitations_to(self, tenant_id: str) -> None:
        """A tenant's invitations that have not expired."""

    @get(TokenKey, consistent=True)
    def token_key(self, name: str) -> None:
        """The key of next tokens."""
