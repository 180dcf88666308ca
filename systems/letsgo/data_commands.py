"""The commands `db ls`, `get`, `put` and `rm`, `setup`, and `costs`."""

from __future__ import annotations

import shlex
import sys
from argparse import Namespace

from stator.errors import StatorError
from systems.costs.terminal import show
from systems.letsgo.costs import for_readme
from systems.letsgo.design import MAIN, LetsGo
from systems.letsgo.session import DATABASE, LIMIT, Session, object_of


def setup(session: Session, args: Namespace) -> None:
    design = LetsGo(session.db(makes=True), session.environment)
    name = design.table_name("letsgo")
    made = design.create_tables()
    session.print(f"made {name}" if made else f"{name} is there already")


def ls(session: Session, args: Namespace) -> None:
    data = session.data(for_tokens=True, reads_reserved=args.system)
    page = data.list(args.category, args.prefix or "", limit=args.limit, token=args.next_token)
    if args.output == "json":
        session.print_json({"items": page.items, "nextToken": page.next_token})
        return
    for item in page.items:
        session.print(item["key"], "bold" if args.full else None)
        if args.full:
            session.print_json(item)
    if page.next_token is not None:
        print(f"There may be more: {_onward(session, args, page.next_token)}", file=sys.stderr)
    elif not page.items:
        print("No such items.", file=sys.stderr)


def _onward(session: Session, args: Namespace, token: str) -> str:
    """The command that goes on."""
    words = ["python", "-m", "systems.letsgo", "db", "ls", args.category, *filter(None, [args.prefix])]
    told = {"--database": (session.place.name, DATABASE), "--region": (session.place.region, None)}
    told |= {"--environment": (session.environment, MAIN), "--limit": (str(args.limit), str(LIMIT))}
    words += [word for name, (value, default) in told.items() if value != default for word in (name, value)]
    words += ["--full"] if args.full else []
    words += ["--system"] if args.system else []
    return shlex.join([*words, "--next-token", token])


def get(session: Session, args: Namespace) -> int:
    item = session.data(reads_reserved=args.system).get(args.category, args.key)
    if item is None:
        print(f"There is no {args.key} in {args.category}.", file=sys.stderr)
        return 1
    session.print_json(item)
    return 0


def put(session: Session, args: Namespace) -> None:
    if args.stdin == (args.item is not None):
        raise StatorError("give the item as JSON, or --stdin, and not both")
    text = sys.stdin.read() if args.stdin else args.item
    session.data().put(object_of(text, "the item"))


def rm(session: Session, args: Namespace) -> None:
    if not args.prefix and args.key is None:
        raise StatorError("name the key, or say --prefix to remove all of the category")
    data = session.data()
    if args.prefix:
        count = data.delete_all(args.category, args.key or "")
    else:
        count = int(data.get(args.category, args.key, consistent=True) is not None)
        data.delete(args.category, args.key)
    if args.output == "json":
        session.print_json({"removedCount": count})
    else:
        session.print(f"removed {count} item{'' if count == 1 else 's'}")


def costs(session: Session, args: Namespace) -> None:
    show(session.console, for_readme())
