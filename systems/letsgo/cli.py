"""The command line: `python -m systems.letsgo db ls customer-order /customer-123/`.

Ends with 0; 1 for what was refused or is not there, with one line on stderr; 2 for a command that it does not know.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from stator.errors import ServiceError, StatorError
from systems.letsgo import data_commands, platform_commands
from systems.letsgo.design import INVITATION_S, MAIN, NAMING, TABLE
from systems.letsgo.session import DATABASE, LIMIT, Session
from systems.place import add_place, place_of

_PROGRAM: Final = "python -m systems.letsgo"
_INTERRUPTED: Final = 130
_ABOUT: Final = """LetsGo: items by category and key, and the platform's tenants, in one table.

  setup                                   make the table
  db put '{"category": "customer-order", "key": "/customer-123/order-456"}'
  db ls customer-order /customer-123/     list by a prefix of the key
  tenant create Acme --by IDENTITY        a tenant and its first member
  invite create TENANT --by IDENTITY      an invitation, good for 24 hours
  costs                                   what each access pattern costs, measured
"""


def main(arguments: Sequence[str] | None = None) -> int:
    try:
        args = _parser().parse_args(arguments)
        with Session(place_of(args), args.environment) as session:
            code: int = args.run(session, args) or 0
            sys.stdout.flush()
            return code
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (StatorError, ServiceError) as error:
        print(f"letsgo: {_told(error, args)}", file=sys.stderr)
        return 1


def _told(error: Exception, args: argparse.Namespace) -> str:
    if isinstance(error, ServiceError) and error.code == "ResourceNotFoundException":
        table = NAMING.table_name(TABLE.name, args.environment)
        setup = f"{_PROGRAM} setup{place_of(args).options(DATABASE)} --environment {args.environment}"
        return f"there is no table {table} in {args.database}; `{setup}` makes it"
    return " ".join(str(error).split())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=_PROGRAM, description=_ABOUT, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _leaf(commands, "setup", data_commands.setup, "make the table, where it is not there")
    _leaf(commands, "costs", data_commands.costs, "what each access pattern costs, measured in memory")
    _data(_group(commands, "db", "an application's items"))
    _tenants(_group(commands, "tenant", "tenants and their members"))
    _identities(_group(commands, "identity", "identities"))
    _invitations(_group(commands, "invite", "invitations to tenants"))
    _issuers(_group(commands, "issuer", "trusted issuers"))
    return parser


_Run = Callable[[Session, argparse.Namespace], int | None]
_Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def _shared(parser: argparse.ArgumentParser) -> None:
    add_place(parser, "LETSGO_DATABASE", DATABASE)
    parser.add_argument(
        "-d", "--environment", "--deployment", default=MAIN, metavar="NAME",
        help=f"which deployment's table, letsgo-NAME [default: {MAIN}]",
    )  # fmt: skip


def _group(commands: _Commands, name: str, about: str) -> _Commands:
    parser = commands.add_parser(name, help=about, description=about)
    return parser.add_subparsers(title="commands", required=True, metavar="COMMAND")


def _leaf(commands: _Commands, name: str, run: _Run, about: str, *places: str) -> argparse.ArgumentParser:
    """`places`: its arguments by position; one in brackets may be left out."""
    parser = commands.add_parser(name, help=about, description=about)
    _shared(parser)
    parser.set_defaults(run=run)
    for place in places:
        optional = place.startswith("[")
        bare = place.strip("[]")
        parser.add_argument(bare, metavar=bare.upper(), nargs="?" if optional else None)
    return parser


def _data(group: _Commands) -> None:
    ls = _leaf(
        group, "ls", data_commands.ls, "list keys, or items, by a prefix of the key", "category", "[prefix]"
    )
    ls.add_argument("-f", "--full", action="store_true", help="whole items, not keys alone")
    ls.add_argument("-l", "--limit", type=int, default=LIMIT, help=f"at most so many [default: {LIMIT}]")
    ls.add_argument("-n", "--next-token", help="go on from the token that an earlier list gave")
    ls.add_argument("-o", "--output", choices=("text", "json"), default="text")
    got = _leaf(group, "get", data_commands.get, "print one item as JSON", "category", "key")
    for each in (ls, got):
        each.add_argument("--system", action="store_true", help="also the platform's categories, letsgo-...")
    put = _leaf(group, "put", data_commands.put, "store an item: JSON with a category and a key", "[item]")
    put.add_argument("-s", "--stdin", action="store_true", help="read the JSON from standard input")
    rm = _leaf(group, "rm", data_commands.rm, "remove an item, or all of a prefix", "category", "[key]")
    rm.add_argument(
        "-p", "--prefix", action="store_true", help="KEY is a prefix: all such (none: the category)"
    )
    rm.add_argument("-o", "--output", choices=("text", "json"), default="text")


def _tenants(group: _Commands) -> None:
    create = _leaf(group, "create", platform_commands.create_tenant, "make a tenant", "name")
    create.add_argument("--by", required=True, metavar="IDENTITY", help="who makes it, its first member")
    ls = _leaf(group, "ls", platform_commands.list_tenants, "list tenants")
    ls.add_argument("--of", metavar="IDENTITY", help="only those that it is a member of")
    _leaf(group, "get", platform_commands.get_tenant, "print a tenant as JSON", "tenant")
    change = _leaf(
        group, "change", platform_commands.change_tenant, "change a tenant's name or plan", "tenant"
    )
    change.add_argument("--name")
    change.add_argument("--plan")
    _leaf(group, "rm", platform_commands.delete_tenant, "delete a tenant and its memberships", "tenant")
    _leaf(group, "members", platform_commands.members, "list a tenant's members", "tenant")
    _leaf(group, "add", platform_commands.add_member, "add a member", "tenant", "identity")
    _leaf(group, "remove", platform_commands.remove_member, "remove a member", "tenant", "identity")


def _identities(group: _Commands) -> None:
    _leaf(
        group, "id", platform_commands.identity, "print the id of who an issuer calls so", "issuer", "subject"
    )
    _leaf(
        group, "put", platform_commands.put_identity, "keep what its token claims, JSON", "identity", "[user]"
    )
    _leaf(group, "get", platform_commands.get_identity, "print an identity as JSON", "identity")
    _leaf(group, "rm", platform_commands.delete_identity, "delete it and its memberships", "identity")


def _invitations(group: _Commands) -> None:
    hours = INVITATION_S // 3600
    create = _leaf(
        group, "create", platform_commands.invite, f"make an invitation, good for {hours} hours", "tenant"
    )
    create.add_argument("--by", required=True, metavar="IDENTITY", help="who invites")
    _leaf(group, "ls", platform_commands.invitations, "list a tenant's open invitations", "tenant")
    _leaf(
        group, "accept", platform_commands.accept, "become a member by it", "tenant", "invitation", "identity"
    )
    _leaf(group, "revoke", platform_commands.revoke, "take it back", "tenant", "invitation")


def _issuers(group: _Commands) -> None:
    _leaf(group, "put", platform_commands.put_issuer, "trust an issuer, its keys at a URL", "issuer", "jwks")
    _leaf(group, "ls", platform_commands.issuers, "list trusted issuers")
    _leaf(group, "rm", platform_commands.delete_issuer, "trust it no more", "issuer")
