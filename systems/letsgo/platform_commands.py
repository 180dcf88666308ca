"""The commands of tenants, identities, invitations and issuers."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from rich.table import Table

from systems.letsgo.faults import NotThereError
from systems.letsgo.identities import identity_id
from systems.letsgo.session import Session, object_of

# Tenants


def create_tenant(session: Session, args: Namespace) -> None:
    session.print(session.tenants().create(args.name, args.by).tenant_id)


def list_tenants(session: Session, args: Namespace) -> None:
    tenants = session.tenants()
    found = tenants.tenants() if args.of is None else tenants.tenants_of(args.of)
    rows = [
        (each.tenant_id, each.display_name, each.plan_id, f"{each.created_at:%Y-%m-%d}") for each in found
    ]
    _table(session, ("tenant", "name", "plan", "since"), rows)


def get_tenant(session: Session, args: Namespace) -> None:
    _print(session, session.tenants().tenant(args.tenant), f"there is no tenant {args.tenant}")


def change_tenant(session: Session, args: Namespace) -> None:
    changed = session.tenants().change(args.tenant, display_name=args.name, plan_id=args.plan)
    session.print_json(_members(changed))


def delete_tenant(session: Session, args: Namespace) -> None:
    session.tenants().delete(args.tenant)


def members(session: Session, args: Namespace) -> None:
    for each in session.tenants().members(args.tenant):
        session.print(each)


def add_member(session: Session, args: Namespace) -> None:
    session.tenants().add_member(args.tenant, args.identity)


def remove_member(session: Session, args: Namespace) -> None:
    session.tenants().remove_member(args.tenant, args.identity)


# Identities


def identity(session: Session, args: Namespace) -> None:
    session.print(identity_id(args.issuer, args.subject))


def put_identity(session: Session, args: Namespace) -> None:
    user = {} if args.user is None else object_of(args.user, "what is known of the user")
    session.tenants().put_identity(args.identity, user)


def get_identity(session: Session, args: Namespace) -> None:
    _print(session, session.tenants().identity(args.identity), f"there is no identity {args.identity}")


def delete_identity(session: Session, args: Namespace) -> None:
    session.tenants().delete_identity(args.identity)


# Invitations


def invite(session: Session, args: Namespace) -> None:
    session.print(session.tenants().invite(args.tenant, args.by).invitation_id)


def invitations(session: Session, args: Namespace) -> None:
    rows = [
        (each.invitation_id, each.created_by, f"{each.created_at:%Y-%m-%d %H:%M} UTC")
        for each in session.tenants().invitations(args.tenant)
    ]
    _table(session, ("invitation", "by", "made"), rows)


def accept(session: Session, args: Namespace) -> None:
    session.tenants().accept(args.tenant, args.invitation, args.identity)


def revoke(session: Session, args: Namespace) -> None:
    session.tenants().revoke(args.tenant, args.invitation)


# Issuers


def put_issuer(session: Session, args: Namespace) -> None:
    session.tenants().put_issuer(args.issuer, args.jwks)


def issuers(session: Session, args: Namespace) -> None:
    _table(session, ("issuer", "keys"), [(each.issuer_id, each.jwks) for each in session.tenants().issuers()])


def delete_issuer(session: Session, args: Namespace) -> None:
    session.tenants().delete_issuer(args.issuer)


def _print(session: Session, found: BaseModel | None, missing: str) -> None:
    if found is None:
        raise NotThereError(missing)
    session.print_json(_members(found))


def _members(found: BaseModel) -> dict[str, Any]:
    return found.model_dump(by_alias=True, exclude_none=True)


def _table(session: Session, head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    """For a terminal with lines, else a row a line, its cells apart by tabs."""
    if not session.console.is_terminal:
        for row in rows:
            print("\t".join(row))
        return
    table = Table(*head, header_style="bold")
    for row in rows:
        table.add_row(*row)
    session.console.print(table)
