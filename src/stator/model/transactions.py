"""Several writes, all or none: gathered in a `with` block, sent at its end.

with shop.transaction() as every:
    every.create(order)
    every.update(ref(Stock, sku="a"), add={"left": -1}, if_=Attr("left").gt(0))

An error within the block sends nothing. `async with` on an async database.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from stator.model.actions import Action
from stator.model.entities import Entity
from stator.model.paths import Path
from stator.model.rehearsing import WritePlan, rehearsed
from stator.model.running import Asks
from stator.model.saving import Changes
from stator.model.sending import sent
from stator.model.tokens import token_of
from stator.model.writes import Change, Ref


class Transaction:
    """Used by one thread or task. Its writes take what the design's methods of the same names take."""

    def __init__(self, design: Any, token: str | None) -> None:
        self._design = design
        self._token = token
        self._makers: list[Callable[[], Asks[list[Action]]]] = []
        self._intent: list[Any] = []

    def put(self, entity: Entity, *, if_: Any = None) -> None:
        self._will(lambda: self._put(entity, False, if_), "put", entity, if_)

    def create(self, entity: Entity) -> None:
        self._will(lambda: self._put(entity, True, None), "create", entity)

    def update(
        self, target: Entity | Ref[Any], set: Changes | None = None, *, add: Changes | None = None,
        remove: Sequence[Path] = (), append: Changes | None = None, discard: Changes | None = None,
        known: Mapping[str, Any] | None = None, if_: Any = None,
    ) -> None:  # fmt: skip
        change = Change(set or {}, remove, add, known, if_, append, discard)
        self._will(lambda: self._design.update_actions(target, change), "update", target, change)

    def upsert(
        self, entity: Entity, *, once: Sequence[str] = (), add: Mapping[str, Any] | None = None
    ) -> None:
        self._will(lambda: self._design.upsert_actions(entity, once, add or {}), "upsert", entity, once, add)

    def delete(self, target: Entity | Ref[Any], *, if_: Any = None) -> None:
        self._design._guard("delete")
        self._will(lambda: self._design.delete_actions(target, if_), "delete", target, if_)

    def erase(self, target: Entity | Ref[Any], *, if_: Any = None) -> None:
        self._design._guard("erase")
        self._will(lambda: self._design.erase_actions(target, if_), "erase", target, if_)

    def check(self, target: Entity | Ref[Any], *, if_: Any = None) -> None:
        """That the item is there, that the condition holds, and that a loaded entity is of the version it was."""
        self._will(lambda: self._check(target, if_), "check", target, if_)

    def explain(self) -> WritePlan:
        """What would be sent so far, and its units: tried on a copy in memory. Nothing is written."""
        return self._design._run(rehearsed(self._commit(), self._design, "transaction"))  # type: ignore[no-any-return]

    async def aexplain(self) -> WritePlan:
        return await self._design._arun(rehearsed(self._commit(), self._design, "transaction"))  # type: ignore[no-any-return]

    def _will(self, maker: Callable[[], Asks[list[Action]]], *intent: Any) -> None:
        self._makers.append(maker)
        self._intent.append(intent)

    def __enter__(self) -> Transaction:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._design._run(self._commit())
            self._makers.clear()
            self._intent.clear()

    async def __aenter__(self) -> Transaction:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            await self._design._arun(self._commit())
            self._makers.clear()
            self._intent.clear()

    def _put(self, entity: Entity, is_new: bool, if_: Any) -> Asks[list[Action]]:
        actions, _ = yield from self._design.put_actions(entity, is_new, if_)
        found: list[Action] = actions
        return found

    def _check(self, target: Any, if_: Any) -> Asks[list[Action]]:
        return [self._design.check_action(target, if_)]
        yield

    def _commit(self) -> Asks[None]:
        actions: list[Action] = []
        for make in self._makers:
            actions += yield from make()
        token = token_of(self._token, self._intent)
        yield from sent(self._design._runner, actions, self._design._now, token)
