"""What a stranger does to a design: expiry and deletion in every call, two designs on one table, threads, and tokens
and cursors used otherwise than they were made for."""

from __future__ import annotations

import base64
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from pydantic import AwareDatetime

import stator
from stator import errors
from stator.client.native.calls import driven
from stator.clock import ManualClock
from stator.errors import ServiceError
from stator.model import (
    AlreadyExistsError,
    ArgumentError,
    Attr,
    CursorError,
    Design,
    Entity,
    Fallback,
    ForeignItemError,
    Gsi,
    NotFoundError,
    StaleError,
    Stored,
    Suffix,
    Table,
    UniqueError,
    at_most,
    batch,
    collection,
    count,
    filtered,
    get,
    query,
    ref,
    scan,
)


class Note(Entity):
    stored = Stored(
        {"pk": "USER#{user}", "sk": "NOTE#{number:3}{part:2}", "gpk": "{tag}"},
        expires="ends",
        deleted="deleted_at",
        version="version",
    )

    user: str
    number: int
    part: int = 0
    tag: str = "red"
    count: int = 0
    ends: int | None = None
    deleted_at: AwareDatetime | None = None
    version: int = 0


class User(Entity):
    stored = Stored(
        {"pk": "USER#{user}", "sk": "USER"}, unique=["email"], deleted="deleted_at", version="version"
    )

    user: str
    email: str
    deleted_at: AwareDatetime | None = None
    version: int = 0


TABLE = Table("notes", sk="sk", ttl="ends", indexes=[Gsi("byTag", "gpk", "sk")])


class Notes(Design):
    table = TABLE
    entities = (Note, User)
    cursor_key = b"sixteen bytes or more"
    naming = Suffix({"dev": "-dev", "test": "-test"})

    note = get(Note).given("user", "number", "part")
    user = get(User).given("user")
    notes = query(Note).given("user")
    upto = query(Note, most=at_most("number")).given("user", "most")
    both = collection(User, Note).given("user")
    tagged = query(Note, index="byTag", fallback=Fallback(Note, {"tag": filtered("tag")})).given("tag")
    how_many = count(Note).given("user")
    every = scan(Note, because="a test").given()
    some = batch(Note)


class Strangers(Design):
    """Another program's design, on the same table."""

    class Other(Entity):
        stored = Stored({"pk": "USER#{user}", "sk": "NOTE#{name}"})

        user: str
        name: str

    table = TABLE
    entities = (Other,)
    naming = Notes.naming
    others = query(Other).given("user")
    how_many = count(Other).given("user")


@pytest.fixture
def notes(db: Any, clock: ManualClock) -> Notes:
    notes = Notes(db, now=clock.now, sleep=clock.advance)
    notes.create_tables()
    return notes


def seen(notes: Notes) -> list[Any]:
    """What each way of reading finds of the one note that there is."""
    key = {"user": "u", "number": 1, "part": 0}
    return [
        notes.note(**key) is not None,
        len(notes.notes(user="u").all()),
        notes.notes(user="u").first() is not None,
        len(notes.notes(user="u").page(10)),
        notes.notes(user="u").count(),
        len(notes.upto(user="u", most=5).all()),
        len(notes.both(user="u").all()),
        len(notes.tagged(tag="red").all()),
        notes.how_many(user="u"),
        len(notes.every().all()),
        len(notes.some([key])),
        len(notes.get_many(Note, [key])),
    ]


def without_index(notes: Notes, after: int = 0, code: str = "ResourceNotFoundException") -> Notes:
    """As if the index failed after so many pages of two items."""
    lame = Notes(notes.db, now=notes._now)
    do = lame._runner._do
    left = [after]

    def fail(step: Any) -> Any:
        if getattr(step, "method", "") == "query":
            if not left[0]:
                raise getattr(errors, code)("it fails")
            left[0] -= 1
            step.arguments["Limit"] = 2
        return do(step)

    class Lame(type(lame._runner)):  # type: ignore[misc]
        def run(self, asks: Any) -> Any:
            return driven(asks, fail)

    lame._runner = Lame(notes.db)
    return lame


@pytest.mark.parametrize(
    "code", ["ResourceNotFoundException", "AccessDeniedException", "ThrottlingException"]
)
def test_a_fallback_takes_over_whenever_its_index_fails_and_begins_anew(code: str) -> None:
    with stator.open() as db:
        notes = Notes(db)
        notes.create_tables()
        for number in range(9):
            notes.create(Note(user="u", number=number))
        results = (
            without_index(notes, after=1, code=code).tagged(tag="red").falling_back(page_items=2, enough=3)
        )
        found = results.all()
        assert (len(found), len({each.number for each in found}), results.way) == (4, 4, "fallback")
        page = without_index(notes, code=code).tagged(tag="red").falling_back(page_items=2).page(3)
        assert (len(page), page.cursor, page.way) == (3, None, "fallback")
        cursor = notes.tagged(tag="red").page(2).cursor
        with pytest.raises(ServiceError):
            without_index(notes, code=code).tagged(tag="red").page(2, cursor)
        with pytest.raises(ServiceError):
            without_index(notes, code="ValidationException").tagged(tag="red").all()
        with pytest.raises(ArgumentError, match="notes has no fallback"):
            notes.notes(user="u").falling_back(enough=1)


def test_what_is_gone_is_found_in_no_way(notes: Notes, clock: ManualClock) -> None:
    note = notes.create(Note(user="u", number=1, ends=int(clock.now()) + 10))
    lame = without_index(notes)
    assert seen(notes) == [1] * 12
    assert [len(lame.tagged(tag=tag).all()) for tag in ("red", "blue")] == [1, 0]
    notes.delete(note)
    assert seen(notes) == [0] * 12
    assert lame.tagged(tag="red").all() == []
    with pytest.raises(AlreadyExistsError, match="exists already, deleted: restore it, or erase it first"):
        notes.create(note)
    notes.restore(ref(Note, user="u", number=1, part=0))
    clock.advance(10)
    assert seen(notes) == [1] * 12, "its moment is now"
    clock.advance(1)
    assert seen(notes) == [0] * 12
    assert lame.tagged(tag="red").all() == []
    target = ref(Note, user="u", number=1, part=0)
    for write in (
        lambda: notes.update(target, {"count": 1}),
        lambda: notes.update(target, add={"count": 1}),
        lambda: notes.delete(target),
        lambda: notes.restore(target),
        lambda: notes.erase(target, if_=Attr("count").gte(0)),
    ):
        with pytest.raises(NotFoundError):
            write()
    with pytest.raises(NotFoundError), notes.transaction() as every:
        every.check(target)
    assert notes.create(note).version == 1


def test_a_bound_on_a_part_of_fixed_length_takes_all_that_follow_it(notes: Notes) -> None:
    for number in (4, 5, 6):
        for part in (0, 7, 99):
            notes.create(Note(user="u", number=number, part=part))
    assert [(each.number, each.part) for each in notes.upto(user="u", most=5)] == [
        (4, 0), (4, 7), (4, 99), (5, 0), (5, 7), (5, 99)
    ]  # fmt: skip


def test_unique_values_through_deletion_and_restoring(notes: Notes) -> None:
    ann = notes.create(User(user="ann", email="a@example.com"))
    notes.delete(ann)
    assert notes.user(user="ann") is None
    with pytest.raises(UniqueError):
        notes.create(User(user="bo", email="a@example.com"))
    back = notes.restore(ref(User, user="ann"))
    assert (back.email, back.version) == ("a@example.com", 3)
    moved = notes.update(back, {"email": "b@example.com"})
    notes.create(User(user="bo", email="a@example.com"))
    with pytest.raises(UniqueError):
        notes.update(moved, {"email": "a@example.com"})
    notes.delete(moved)
    notes.erase(ref(User, user="ann"))
    assert notes.create(User(user="cy", email="b@example.com")).version == 1


def test_two_designs_on_one_table_see_their_own(notes: Notes) -> None:
    strangers = Strangers(notes.db)
    for number in range(3):
        notes.create(Note(user="u", number=number))
        strangers.create(Strangers.Other(user="u", name=f"x{number}"))
    assert len(notes.notes(user="u").all()) == notes.how_many(user="u") == 3
    assert len(strangers.others(user="u").all()) == strangers.how_many(user="u") == 3
    assert len(notes.every().all()) == 3


class Dog(Entity):
    stored = Stored({"pk": "{id}"})

    id: str
    bark: str = "wow"


class Cat(Entity):
    stored = Stored({"pk": "{id}"}, expires="ends")

    id: str
    lives: int = 9
    ends: int | None = None


class Zoo(Design):
    table = Table("zoo", ttl="ends")
    entities = (Dog, Cat)
    dog = get(Dog).given("id")
    cat = get(Cat).given("id")


def test_a_write_of_one_entity_leaves_anothers_item_with_its_key_alone(db: Any) -> None:
    zoo = Zoo(db)
    zoo.create_tables()
    cat = zoo.create(Cat(id="1"))
    dog = ref(Dog, id="1")
    for write in (
        lambda: zoo.update(dog, {"bark": "x"}),
        lambda: zoo.erase(dog),
        lambda: zoo.erase(dog, if_=Attr("bark").not_exists()),
        lambda: zoo.upsert(Dog(id="1")),
        lambda: zoo.upsert(Dog(id="1"), once=["bark"]),
    ):
        with pytest.raises(ForeignItemError, match="Dog 1 is not there: Cat has its key"):
            write()
    with pytest.raises(ForeignItemError), zoo.transaction() as every:
        every.check(dog)
    with pytest.raises(AlreadyExistsError):
        zoo.create(Dog(id="1"))
    assert zoo.dog(id="1") is None
    assert zoo.cat(id="1") == cat
    zoo.erase(ref(Dog, id="2"))
    assert zoo.upsert(Cat(id="1"), add={"lives": -1}).lives == 8
    assert zoo.upsert(Dog(id="2")).bark == "wow"
    assert zoo.put(Dog(id="1")).bark == "wow", "a put takes the place of whatever was there"


def test_of_many_threads_that_hold_one_version_one_writes(notes: Notes) -> None:
    held = notes.create(Note(user="u", number=1))

    def write(number: int) -> bool:
        try:
            if number % 2:
                notes.put(held.model_copy(update={"count": number}))
            else:
                notes.update(held, {"count": number})
        except StaleError:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(write, range(12))) == 1
    target = ref(Note, user="u", number=1, part=0)
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: notes.update(target, add={"count": 1}), range(12)))
    found = notes.note(user="u", number=1, part=0)
    assert found is not None
    assert found.version == 14


def test_threads_that_move_unique_values_never_share_one(notes: Notes) -> None:
    for user in ("a", "b", "c"):
        notes.create(User(user=user, email=user))

    def take(pair: tuple[str, str]) -> None:
        with suppress(UniqueError, StaleError):
            notes.update(ref(User, user=pair[0]), {"email": pair[1]})

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(take, [(user, email) for email in ("x", "y", "a") for user in ("a", "b", "c")] * 2))
    emails = [notes.user(user=user).email for user in ("a", "b", "c")]  # type: ignore[union-attr]
    assert len(set(emails)) == 3
    for free in {"a", "b", "c", "x", "y"} - set(emails):
        notes.create(User(user=f"new-{free}", email=free))


def test_a_token_means_one_write_and_another_write_is_another(notes: Notes) -> None:
    target = ref(Note, user="u", number=1, part=0)
    notes.create(Note(user="u", number=1))
    for _ in range(2):
        for amount in (1, 10):
            notes.update(target, add={"count": amount}, token="same")
        for _ in range(2):
            with notes.transaction(token="same") as every:
                every.update(target, add={"count": 100})
    assert notes.note(user="u", number=1, part=0).count == 111  # type: ignore[union-attr]


def test_a_transaction_that_was_sent_is_not_sent_again(notes: Notes) -> None:
    notes.create(Note(user="u", number=1))
    every = notes.transaction()
    for _ in range(2):
        with every:
            every.update(ref(Note, user="u", number=1, part=0), add={"count": 1})
    assert notes.note(user="u", number=1, part=0).count == 2  # type: ignore[union-attr]


def test_a_cursor_is_good_for_nothing_else(notes: Notes) -> None:
    for number in range(5):
        notes.create(Note(user="u", number=number))
        notes.create(Note(user="v", number=number))
    cursor = notes.notes(user="u").page(2).cursor
    assert cursor is not None
    raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    forged = base64.urlsafe_b64encode(raw.replace(b"USER#u", b"USER#v")).rstrip(b"=").decode()
    test = Notes(notes.db, "test")
    test.create_tables()

    class Renamed(Notes):
        pass

    for results, given in (
        (notes.notes(user="u"), forged),
        (notes.notes(user="u"), cursor + "A"),
        (notes.notes(user="u"), cursor.upper()),
        (notes.notes(user="u"), " " + cursor),
        (notes.notes(user="u"), ""),
        (notes.notes(user="v"), cursor),
        (notes.both(user="u"), cursor),
        (notes.upto(user="u", most=4), cursor),
        (test.notes(user="u"), cursor),
        (Renamed(notes.db).notes(user="u"), cursor),
    ):
        with pytest.raises(CursorError):
            results.page(2, given)  # type: ignore[attr-defined]
    notes.erase(ref(Note, user="u", number=1, part=0))
    assert [each.number for each in notes.notes(user="u").page(9, cursor)] == [2, 3, 4], "its item is gone"


def test_entities_without_a_type_are_told_apart_by_their_keys() -> None:
    class Tenant(Entity):
        stored = Stored({"category": "x-tenant", "key": "{tenant}"})

        tenant: str

    class Member(Entity):
        stored = Stored({"category": "x-tenant-member", "key": "/{tenant}/{member}"}, separator="/")

        tenant: str
        member: str

    class Item(Entity):
        stored = Stored({"category": "i-{kind}", "key": "{key}"}, unique=["label"])

        kind: str
        key: str
        label: str

    class Platform(Design):
        table = Table("platform", pk="category", sk="key", type_attribute=None)
        entities = (Tenant, Member, Item)
        tenants = query(Tenant).given()
        members = query(Member).given("tenant")
        items = scan(Item, because="a test").given()
        every_member = scan(Member, because="a test").given()

    with stator.open() as db:
        platform = Platform(db)
        platform.create_tables()
        platform.create(Tenant(tenant="t"))
        platform.create(Member(tenant="t", member="m"))
        platform.create(Item(kind="k", key="1", label="one"))
        assert [each.tenant for each in platform.tenants()] == ["t"]
        assert [each.member for each in platform.members(tenant="t")] == ["m"]
        assert [each.label for each in platform.items()] == ["one"]
        assert platform.every_member().count() == 1
        assert "_type" not in db.table("platform").get_item(Key={"category": "x-tenant", "key": "t"})["Item"]
