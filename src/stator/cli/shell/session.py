"""Runs what was typed: statements, page by page; transactions; the shell's own commands.

Used by one thread. An interrupt (Ctrl-C) that comes meanwhile ends the statement and not the session: a read is given
up, and a write that had been sent may be done.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from stator.cli.shell.catalogue import Catalogue
from stator.cli.shell.explaining import capacity_text
from stator.cli.shell.literals import json_line
from stator.cli.shell.reading import Entry
from stator.cli.shell.rendering import Screen
from stator.client.transport import Transport
from stator.errors import ServiceError, SettingError, StatorError, ValidationException
from stator.partiql.statements import prepare
from stator.values import Item

# Of a transaction, by the service
_STATEMENTS_MAX = 100
_SCREEN_ITEMS = 50
# Items a first page evaluates where a person looks on; each later one takes four times as many, then whole pages
_FIRST_LIMIT = 100
_WHOLE_PAGE_AFTER = 2000

Ask = Callable[[str], str]
"""Asks a person and returns the answer; raises EOFError and KeyboardInterrupt."""


class Failed(Exception):
    """A statement or command that could not be done; the text is for a person."""


class Left(Exception):
    """The shell is to end."""


@dataclass(slots=True)
class Ways:
    """How results are shown; `json` is None, "plain" or "dynamodb". `limit`: items of one SELECT."""

    json: str | None = None
    expanded: bool = False
    timing: bool = False
    consistent: bool = False
    limit: int | None = None


@dataclass(slots=True)
class _Spent:
    """Of one entry: what its calls took, in seconds, and consumed. `units` is None when none told."""

    seconds: float = 0.0
    calls: int = 0
    units: float | None = None
    detail: list[str] = field(default_factory=list)


class Session:
    """`waiting`: the statements of a transaction that has begun, None outside one."""

    def __init__(
        self,
        transport: Transport,
        name: str,
        screen: Screen,
        ways: Ways,
        ask: Ask | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`name`: of the database, for people. `ask`: where a person pages."""
        self.transport = transport
        self.name = name
        self.screen = screen
        self.ways = ways
        self.catalogue = Catalogue(transport)
        self.waiting: list[str] | None = None
        self._ask = ask
        self._monotonic = monotonic

    def run(self, entry: Entry) -> None:
        """Raises Failed, Left and KeyboardInterrupt."""
        try:
            if entry.is_command:
                from stator.cli.shell.commands import run_command

                run_command(self, entry.text)
            else:
                self._statement(entry.text)
        except ServiceError as error:
            raise Failed(f"{error.code}: {error.message}") from error
        except (StatorError, SettingError) as error:
            raise Failed(str(error)) from error

    # Statements

    def _statement(self, text: str) -> None:
        if self.waiting is None:
            self._execute(text)
        elif len(self.waiting) == _STATEMENTS_MAX:
            raise Failed(f"A transaction has at most {_STATEMENTS_MAX} statements: \\commit or \\rollback.")
        else:
            self.waiting.append(text)
            self.say(f"{len(self.waiting)} waiting for \\commit")

    def _execute(self, text: str) -> None:
        table, reads = _about(text)
        spent = _Spent()
        items = self._items(text, spent)
        first = () if table is None or self.ways.json else self._key_of(table)
        shown = self._show(items, table, first)
        if reads or shown:
            self.say(f"({shown} item{'' if shown == 1 else 's'})")
        else:
            self.say("done")
        self._tell_time(spent)

    def _items(self, text: str, spent: _Spent) -> Iterator[Item]:
        """Over all pages, as far as they are asked for."""
        request: dict[str, Any] = {"Statement": text}
        if self.ways.consistent:
            request["ConsistentRead"] = True
        if self.ways.timing:
            request["ReturnConsumedCapacity"] = "INDEXES"
        limit = self.ways.limit
        evaluated = limit or (_FIRST_LIMIT if self._ask is not None else None)
        left = limit
        if _is_write(text):
            evaluated = None
        while True:
            if evaluated is not None:
                request["Limit"] = evaluated
            answer = self._call("ExecuteStatement", request, spent)
            for item in answer.get("Items", ()):
                yield item
                if left is not None:
                    left -= 1
                    if not left:
                        return
            if "NextToken" not in answer:
                return
            request["NextToken"] = answer["NextToken"]
            # What a filter leaves of a first few may be nothing: then it is whole pages
            evaluated = None if evaluated is None or limit else evaluated * 4
            if evaluated is None or evaluated > _WHOLE_PAGE_AFTER:
                evaluated = None
                request.pop("Limit", None)

    def _call(self, operation: str, request: dict[str, Any], spent: _Spent) -> dict[str, Any]:
        began = self._monotonic()
        answer = self.transport.call(operation, request)
        spent.seconds += self._monotonic() - began
        spent.calls += 1
        told = answer.get("ConsumedCapacity")
        for each in told if isinstance(told, list) else [told] if told else []:
            spent.units = (spent.units or 0.0) + each["CapacityUnits"]
            spent.detail.append(capacity_text(each))
        return answer

    def _key_of(self, table: str) -> tuple[str, ...]:
        found = self.catalogue.known(table)
        return () if found is None else found.key

    # Showing

    def _show(self, items: Iterator[Item], table: str | None, first: tuple[str, ...]) -> int:
        """Returns how many there were, as far as they were asked for."""
        count = 0
        part: list[Item] = []
        for item in items:
            if table is not None:
                self.catalogue.see(table, item)
            if len(part) == _SCREEN_ITEMS and not self.ways.json:
                self._show_part(part, first, count)
                count += len(part)
                part = []
                if not self._goes_on(count):
                    return count
            if self.ways.json:
                self.screen.line(json_line(item, self.ways.json == "dynamodb"))
                count += 1
            else:
                part.append(item)
        if part:
            self._show_part(part, first, count)
        return count + len(part)

    def _show_part(self, part: list[Item], first: tuple[str, ...], before: int) -> None:
        if self.ways.expanded:
            self.screen.records(part, first, before + 1)
        else:
            self.screen.table(part, first)

    def _goes_on(self, count: int) -> bool:
        if self._ask is None:
            return True
        try:
            return (
                not self._ask(f"-- {count} so far; Enter for more, q to stop: ")
                .strip()
                .lower()
                .startswith("q")
            )
        except EOFError:
            return False

    def say(self, text: str) -> None:
        """What is for people alone."""
        if self.screen.is_terminal and not self.ways.json:
            self.screen.line(text)

    def _tell_time(self, spent: _Spent) -> None:
        if not self.ways.timing:
            return
        trips = f"{spent.calls} round trip{'' if spent.calls == 1 else 's'}"
        units = "no capacity told" if spent.units is None else f"{spent.units:g} units"
        if len(spent.detail) == 1:
            units = spent.detail[0]
        text = f"{spent.seconds * 1000:.1f} ms, {trips}, {units}"
        if self.ways.json:
            self.screen.complain(text)
        else:
            self.screen.line(text)

    # Transactions

    def begin(self) -> None:
        if self.waiting is not None:
            raise Failed("A transaction has begun already: \\commit or \\rollback it first.")
        self.waiting = []
        self.say("begun: statements wait for \\commit")

    def rollback(self) -> None:
        waiting = self._ended()
        self.say(f"{len(waiting)} dropped: nothing was sent")

    def commit(self) -> None:
        waiting = self._ended()
        if not waiting:
            raise Failed("The transaction is empty: nothing was sent.")
        request: dict[str, Any] = {"TransactStatements": [{"Statement": text} for text in waiting]}
        if self.ways.timing:
            request["ReturnConsumedCapacity"] = "INDEXES"
        spent = _Spent()
        answer = self._call("ExecuteTransaction", request, spent)
        items = [each["Item"] for each in answer.get("Responses", ()) if each.get("Item")]
        table = _about(waiting[0])[0]
        self._show(iter(items), table, () if table is None or self.ways.json else self._key_of(table))
        self.say(f"committed: {len(waiting)} statement{'' if len(waiting) == 1 else 's'}")
        self._tell_time(spent)

    def _ended(self) -> list[str]:
        """Whatever becomes of it, it is over."""
        if self.waiting is None:
            raise Failed("No transaction has begun: \\begin begins one.")
        waiting, self.waiting = self.waiting, None
        return waiting


def _about(text: str) -> tuple[str | None, bool]:
    """The table that a statement names, and whether it reads; what is not well formed is the database's to refuse."""
    try:
        statement = prepare(text)
    except ValidationException:
        return None, False
    return statement.table, statement.reads


def _is_write(text: str) -> bool:
    return not _about(text)[1]
