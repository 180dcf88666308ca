"""LetsGo: one table of categories and keys. A data module for an application's own items, and the platform's tenants,
identities, memberships, issuers and invitations in categories of their own.

    data = Data(stator.open("letsgo.db"))
    data.put({"category": "customer-order", "key": "/customer-123/order-456"})
    data.list("customer-order", "/customer-123/").items
"""

from systems.letsgo.data import Data, Listing
from systems.letsgo.design import Identity, Invitation, Issuer, LetsGo, Platform, Tenant
from systems.letsgo.faults import (
    InvitationError,
    ItemError,
    LetsGoError,
    NotThereError,
    ReservedCategoryError,
    TokenError,
)
from systems.letsgo.identities import identity_id, identity_of
from systems.letsgo.tenants import Tenants

__all__ = [
    "Data", "Identity", "Invitation", "InvitationError", "Issuer", "ItemError", "LetsGo", "LetsGoError", "Listing",
    "NotThereError", "Platform", "ReservedCategoryError", "Tenant", "Tenants", "TokenError", "identity_id",
    "identity_of",
]  # fmt: skip
