"""What a design writes: put, create, update, upsert, delete, restore, erase, and transactions of them.

    put       the whole item, whatever was there; with a version, only over the one that was read
    create    only where there is none
    update    some attributes of one that is there, or parts of them
    upsert    the attributes of an entity, and leaves what else the item holds
    delete    sets the moment of a soft delete where the entity has one, else erases
    restore   takes a soft delete back
    erase     deletes for good

Each has an awaitable twin whose name begins with `a`. `token`: a write sent again with the same token within ten
minutes is done once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from stator.model import uniques, updates, writes
from stator.model.actions import Action
from stator.model.entities import Entity, attribute_of
from stator.model.faults import AlreadyExistsError, ArgumentError, NotFoundError, StaleError
from stator.model.layouts import Layout
from stator.model.paths import Path, head_of, is_nested
from stator.model.running import Ask, Asks, Runner
from stator.model.sending import sent
from stator.model.tokens import token_of
from stator.model.writes import Change, Ref

if TYPE_CHECKING:
    from stator.client.conditions import Condition
    from stator.model.transactions import Transaction

E = TypeVar("E", bound=Entity)
Changes = Mapping[str, Any] | Mapping[tuple[str | int, ...], Any] | Mapping[Path, Any]
"""By the names of fields, or by paths to parts of them."""


class Saving:
    """The writing half of a design."""

    _runner: Runner
    _now: Callable[[], float]
    _layout: Callable[[type[Any]], Layout]
    _run: Callable[[Asks[Any]], Any]
    _arun: Callable[[Asks[Any]], Any]
    _guard: Callable[[str], None]
    table_name: Callable[[str], str]

    def put(self, entity: E, *, if_: Condition | None = None, token: str | None = None) -> E:
        """Returns the entity as it is stored. Raises StaleError, UniqueError, ConditionFailedError."""
        result: E = self._run(self._put(entity, False, if_, token))
        return result

    async def aput(self, entity: E, *, if_: Condition | None = None, token: str | None = None) -> E:
        result: E = await self._arun(self._put(entity, False, if_, token))
        return result

    def create(self, entity: E, *, token: str | None = None) -> E:
        """Returns the entity as it is stored. Raises AlreadyExistsError, UniqueError."""
        result: E = self._run(self._put(entity, True, None, token))
        return result

    async def acreate(self, entity: E, *, token: str | None = None) -> E:
        result: E = await self._arun(self._put(entity, True, None, token))
        return result

    def update(
        self, target: E | Ref[E], set: Changes | None = None, *, add: Changes | None = None,
        remove: Sequence[Path] = (), append: Changes | None = None, discard: Changes | None = None,
        known: Mapping[str, Any] | None = None, if_: Condition | None = None, token: str | None = None,
    ) -> E:  # fmt: skip
        """`target`: a loaded entity, or `ref(Order, ...)`. `add`: to numbers and sets; `append`: to lists, which are
        made where they are not there; `discard`: from sets. Each, `set` and `remove` too, goes by the names of fields,
        or by paths to parts of them: "address.city", "lines[0].quantity", ("counts", "a.b"). Returns the entity as it
        is then. Raises NotFoundError, StaleError, MissingAttributesError, UniqueError, ConditionFailedError."""
        result: E = self._run(
            self._update(target, Change(set or {}, remove, add, known, if_, append, discard), token)
        )
        return result

    async def aupdate(
        self, target: E | Ref[E], set: Changes | None = None, *, add: Changes | None = None,
        remove: Sequence[Path] = (), append: Changes | None = None, discard: Changes | None = None,
        known: Mapping[str, Any] | None = None, if_: Condition | None = None, token: str | None = None,
    ) -> E:  # fmt: skip
        result: E = await self._arun(
            self._update(target, Change(set or {}, remove, add, known, if_, append, discard), token)
        )
        return result

    def upsert(
        self,
        entity: E,
        *,
        once: Sequence[str] = (),
        add: Mapping[str, Any] | None = None,
        token: str | None = None,
    ) -> E:
        """Makes the item, or changes the attributes that the entity has. `once`: fields that keep the value they have;
        `add`: what is added to numbers and sets, instead of what the entity has there; to what is not there it is added
        as to nothing. An item that has expired begins anew. Returns the entity as it is then."""
        result: E = self._run(self._upsert(entity, once, add or {}, token))
        return result

    async def aupsert(
        self,
        entity: E,
        *,
        once: Sequence[str] = (),
        add: Mapping[str, Any] | None = None,
        token: str | None = None,
    ) -> E:
        result: E = await self._arun(self._upsert(entity, once, add or {}, token))
        return result

    def delete(
        self, target: Entity | Ref[Any], *, if_: Condition | None = None, token: str | None = None
    ) -> None:
        """Soft where the entity has that; then raises NotFoundError for what is not there. Else as `erase`."""
        self._guard("delete")
        self._run(self._delete(target, if_, token))

    async def adelete(
        self, target: Entity | Ref[Any], *, if_: Condition | None = None, token: str | None = None
    ) -> None:
        self._guard("delete")
        await self._arun(self._delete(target, if_, token))

    def erase(
        self, target: Entity | Ref[Any], *, if_: Condition | None = None, token: str | None = None
    ) -> None:
        """Deletes for good; nothing happens when there is none. Raises StaleError, ConditionFailedError."""
        self._guard("erase")
        self._run(self._erase(target, if_, token))

    async def aerase(
        self, target: Entity | Ref[Any], *, if_: Condition | None = None, token: str | None = None
    ) -> None:
        self._guard("erase")
        await self._arun(self._erase(target, if_, token))

    def restore(self, target: E | Ref[E]) -> E:
        """Takes a soft delete back. Raises NotFoundError."""
        result: E = self._run(self._restore(target))
        return result

    async def arestore(self, target: E | Ref[E]) -> E:
        result: E = await self._arun(self._restore(target))
        return result

    def transaction(self, token: str | None = None) -> Transaction:
        """`with shop.transaction() as all_or_none: all_or_none.create(order); all_or_none.update(...)`."""
        from stator.model.transactions import Transaction

        return Transaction(self, token)

    # How

    def _put(self, entity: E, is_new: bool, if_: Any, token: str | None) -> Asks[E]:
        actions, after = yield from self.put_actions(entity, is_new, if_)
        done = token_of(token, "create" if is_new else "put", entity, if_)
        yield from sent(self._runner, actions, self._now, done)
        return after

    def put_actions(self, entity: E, is_new: bool, if_: Any = None) -> Asks[tuple[list[Action], E]]:
        """What puts the entity, with the guards of its unique values."""
        layout, table = self._home(entity)
        make = writes.create if is_new else writes.put
        action, after = make(layout, table, entity, self._now(), if_)
        if not entity.stored.unique:
            return [action], after  # type: ignore[return-value]
        wanted = uniques.guard_keys(layout, _values(after))
        held = {} if is_new else (yield from self._guards_held(layout, table, action))
        return [action, *_moved(layout, table, held, wanted, action.key)], after  # type: ignore[return-value]

    def _guards_held(
        self, layout: Layout, table: str, action: Action
    ) -> Asks[dict[tuple[str, ...], dict[str, Any]]]:
        """The guards that the stored item has; the action is bound to its being so."""
        answer = yield Ask("get_item", {"TableName": table, "Key": dict(action.key), "ConsistentRead": True})
        item = answer.get("Item")
        names = dict.fromkeys(name for each in layout.entity.stored.uniques for name in each)
        before = None if item is None else layout.entity_from(item)
        attributes = {attribute_of(layout.entity, name): name for name in names}
        _bind(action, {attribute: None if item is None else item.get(attribute) for attribute in attributes})
        return {} if before is None else uniques.guard_keys(layout, _values(before))

    def _update(
        self, target: Any, change: Change, token: str | None, with_deleted: bool = False
    ) -> Asks[Any]:
        layout, table = self._home(target)
        actions = yield from self.update_actions(target, change, with_deleted)
        if len(actions) == 1 and token is None:
            answer = yield from sent(self._runner, actions, self._now, returns="ALL_NEW")
            return layout.entity_from(answer["Attributes"])
        yield from sent(self._runner, actions, self._now, token_of(token, "update", target, change))
        return (yield from self._loaded(layout, table, actions[0].key))

    def update_actions(self, target: Any, change: Change, with_deleted: bool = False) -> Asks[list[Action]]:
        layout, table = self._home(target)
        action = updates.update(layout, table, target, change, self._now(), with_deleted)
        touched = {name for each in layout.entity.stored.uniques for name in each}
        grown = {
            head_of(path) for group in (change.add, change.append, change.discard) for path in group or ()
        }
        if wrong := sorted(touched & grown):
            raise ArgumentError(f"{layout.name}.{wrong[0]} is unique: set it, do not add to it")
        if not touched & {*change.set, *change.remove}:
            return [action]
        before = yield from self._loaded(layout, table, action.key)
        held = uniques.guard_keys(layout, _values(before))
        values = {
            **_values(before),
            **{
                name: layout.checked(name, value) for name, value in change.set.items() if not is_nested(name)
            },
        }
        values.update(dict.fromkeys(change.remove))
        attributes = {attribute_of(layout.entity, name): name for name in touched}
        _bind(action, {a: layout.attribute(n, getattr(before, n)) for a, n in attributes.items()})
        return [action, *_moved(layout, table, held, uniques.guard_keys(layout, values), action.key)]

    def _upsert(
        self, entity: Any, once: Sequence[str], add: Mapping[str, Any], token: str | None
    ) -> Asks[Any]:
        layout, table = self._home(entity)
        for _ in range(self._runner.attempts_max):
            action = self._upsert_action(entity, once, add)
            try:
                if token is not None:
                    break
                answer = yield from sent(self._runner, [action], self._now, returns="ALL_NEW")
                return layout.entity_from(answer["Attributes"])
            except NotFoundError:
                pass  # it has expired
            action = updates.renew(layout, table, entity, add, self._now())
            try:
                yield from sent(self._runner, [action], self._now)
                return layout.entity_from(action.request["Item"])
            except AlreadyExistsError:
                pass  # another has renewed it
        else:
            raise StaleError(f"{layout.name} {'/'.join(map(str, action.key.values()))} keeps changing")
        actions = yield from self.upsert_actions(entity, once, add)
        yield from sent(self._runner, actions, self._now, token_of(token, "upsert", entity, once, add))
        return (yield from self._loaded(layout, table, action.key))

    def upsert_actions(self, entity: Any, once: Sequence[str], add: Mapping[str, Any]) -> Asks[list[Action]]:
        """Looks first whether an item that may expire has: a transaction cannot try both."""
        layout, table = self._home(entity)
        action = self._upsert_action(entity, once, add)
        if action.must_exist:
            answer = yield Ask(
                "get_item", {"TableName": table, "Key": dict(action.key), "ConsistentRead": True}
            )
            item = answer.get("Item")
            if item is not None and layout.is_gone(item, self._now(), with_deleted=True):
                return [updates.renew(layout, table, entity, add, self._now())]
        return [action]

    def _upsert_action(self, entity: Any, once: Sequence[str], add: Mapping[str, Any]) -> Action:
        layout, table = self._home(entity)
        if entity.stored.uniques:
            raise ArgumentError(f"{layout.name} has unique values: create it, put it or update it")
        return updates.upsert(layout, table, entity, once, add, self._now())

    def _delete(self, target: Any, if_: Any, token: str | None) -> Asks[None]:
        actions = yield from self.delete_actions(target, if_)
        yield from sent(self._runner, actions, self._now, token_of(token, "delete", target, if_))

    def delete_actions(self, target: Any, if_: Any = None) -> Asks[list[Action]]:
        layout, _ = self._home(target)
        name = layout.entity.stored.deleted
        if name is None:
            return (yield from self.erase_actions(target, if_))
        moment = datetime.fromtimestamp(self._now(), UTC)
        return (yield from self.update_actions(target, Change({name: moment}, if_=if_)))

    def _erase(self, target: Any, if_: Any, token: str | None) -> Asks[None]:
        actions = yield from self.erase_actions(target, if_)
        yield from sent(self._runner, actions, self._now, token_of(token, "erase", target, if_))

    def erase_actions(self, target: Any, if_: Any = None) -> Asks[list[Action]]:
        layout, table = self._home(target)
        action = writes.erase(layout, table, target, self._now(), if_)
        if not layout.entity.stored.uniques:
            return [action]
        held = yield from self._guards_held(layout, table, action)
        return [action, *_moved(layout, table, held, {}, action.key)]

    def _restore(self, target: Any) -> Asks[Any]:
        layout, _ = self._home(target)
        name = layout.entity.stored.deleted
        if name is None:
            raise ArgumentError(f"{layout.name} has no soft delete")
        return (yield from self._update(target, Change({}, remove=(name,)), None, with_deleted=True))

    def check_action(self, target: Any, if_: Any = None) -> Action:
        layout, table = self._home(target)
        return writes.check(layout, table, target, self._now(), if_)

    def _loaded(self, layout: Layout, table: str, key: Mapping[str, Any]) -> Asks[Any]:
        answer = yield Ask("get_item", {"TableName": table, "Key": dict(key), "ConsistentRead": True})
        item = answer.get("Item")
        if item is None or layout.is_gone(item, self._now()):
            raise NotFoundError(f"{layout.name} {'/'.join(map(str, key.values()))} is not there")
        return layout.entity_from(item)

    def _touched(self, entity: Entity) -> Entity:
        return writes.touched(entity, self._now())

    def _home(self, target: Any) -> tuple[Layout, str]:
        layout = self._layout(target.entity if isinstance(target, Ref) else type(target))
        return layout, self.table_name(layout.table.name)


def _values(entity: Entity) -> dict[str, Any]:
    return {name: getattr(entity, name) for name in type(entity).model_fields}


def _moved(
    layout: Layout, table: str, held: Mapping[tuple[str, ...], dict[str, Any]],
    wanted: Mapping[tuple[str, ...], dict[str, Any]], owner: Mapping[str, Any],
) -> list[Action]:  # fmt: skip
    """The guards to take and to release."""
    taken = [
        uniques.take(layout, table, names, key, owner)
        for names, key in wanted.items()
        if held.get(names) != key
    ]
    released = [
        uniques.release(layout, table, key) for names, key in held.items() if wanted.get(names) != key
    ]
    return [*taken, *released]


def _bind(action: Action, values: Mapping[str, Any]) -> None:
    """Adds to an action's condition that these attributes have these values."""
    request = action.request
    names = dict(request.get("ExpressionAttributeNames", {}))
    held = dict(request.get("ExpressionAttributeValues", {}))
    texts = [request["ConditionExpression"]] if "ConditionExpression" in request else []
    for number, (attribute, value) in enumerate(values.items()):
        names[f"#u{number}"] = attribute
        if value is None:
            texts.append(f"attribute_not_exists(#u{number})")
        else:
            held[f":u{number}"] = value
            texts.append(f"#u{number} = :u{number}")
    request["ConditionExpression"] = " AND ".join(texts)
    request["ExpressionAttributeNames"] = names
    if held:
        request["ExpressionAttributeValues"] = held
    request["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    action.expected = {**action.expected, **values}
