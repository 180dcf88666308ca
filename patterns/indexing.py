"""A global index that serves several entities, a sparse one of what is urgent, and a local one for another order."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import AwareDatetime, BaseModel

from patterns.pattern import Pattern, Weighed
from stator.model import Design, Entity, Gsi, Lsi, Stored, Table, at_most, query, ref


class Employee(Entity):
    stored = Stored(
        {"pk": "EMPLOYEE#{employee_id}", "sk": "EMPLOYEE", "gsi1pk": "OFFICE#{office}", "gsi1sk": "{name}"}
    )

    employee_id: str
    office: str
    name: str


class Ticket(Entity):
    stored = Stored(
        {
            "pk": "EMPLOYEE#{employee_id}",
            "sk": "TICKET#{ticket_id}",
            "gsi1pk": "PROJECT#{project}",
            "gsi1sk": "{opened_at}",
            "urgent_in": "{urgent_in}",
            "urgent_since": "{opened_at}",
            "by_priority": "TICKET#{priority:2}",
        }
    )

    employee_id: str
    ticket_id: str
    opened_at: AwareDatetime
    project: str
    priority: int
    urgent_in: str | None = None


class Urgent(BaseModel):
    employee_id: str
    ticket_id: str


class Desk(Design):
    table = Table(
        "desk",
        pk="pk",
        sk="sk",
        indexes=[
            Gsi("gsi1", "gsi1pk", "gsi1sk"),
            Gsi("urgent", "urgent_in", "urgent_since", project=["employee_id", "ticket_id", "_type"]),
            Lsi("byPriority", "by_priority"),
        ],
    )
    entities = (Employee, Ticket)

    @query(Employee)
    def employees_in(self, office: str) -> None:
        """Who works in an office, by name."""

    @query(Ticket)
    def tickets_of_project(self, project: str) -> None:
        """The tickets of a project, oldest first."""

    @query(Ticket, into=Urgent)
    def urgent_tickets(self, urgent_in: str) -> None:
        """What is urgent in an office."""

    @query(Ticket, at_most=at_most("priority"), consistent=True)
    def tickets_by_priority(self, employee_id: str, at_most: int) -> None:
        """An employee's tickets up to a priority, the first first."""


def office(desk: Desk) -> object:
    """Who works in an office: the overloaded index, as employees fill it."""
    return desk.employees_in("madrid")


def project(desk: Desk) -> object:
    """The tickets of a project: the same index, as tickets fill it."""
    return desk.tickets_of_project("web")


def urgent(desk: Desk) -> object:
    """What is urgent: the sparse index holds only that, and only the attributes that the list shows."""
    return desk.urgent_tickets("madrid")


def no_longer_urgent(desk: Desk) -> object:
    """A ticket is calmed: without the attribute it leaves the sparse index, and the others keep it."""
    desk.update(ref(Ticket, employee_id="ann", ticket_id="t2"), remove=["urgent_in"])
    return [*desk.urgent_tickets("madrid"), *desk.tickets_of_project("shop")]


def by_priority(desk: Desk) -> object:
    """An employee's tickets by priority: the local index, read consistently."""
    return desk.tickets_by_priority("ann", at_most=5)


def on(day: int) -> datetime:
    return datetime(2030, 1, day, tzinfo=UTC)


PATTERN = Pattern(
    title="Indexing strategies (GSI / LSI)",
    problem="The table's key answers the main question, and each other question asks for another order. Each "
    "index is another copy that every write pays for, so as few as possible: one global index "
    "overloaded by several entities, a sparse one that holds the few items that have its attribute, a "
    "local one for another order within a partition.",
    design=Desk,
    items=(
        Employee(employee_id="ann", office="madrid", name="Ann"),
        Employee(employee_id="bo", office="madrid", name="Bo"),
        Ticket(employee_id="ann", ticket_id="t1", opened_at=on(1), project="web", priority=7),
        Ticket(
            employee_id="ann", ticket_id="t2", opened_at=on(2), project="shop", priority=1, urgent_in="madrid"
        ),
        Ticket(employee_id="bo", ticket_id="t3", opened_at=on(3), project="web", priority=4),
        Ticket(employee_id="ann", ticket_id="t4", opened_at=on(4), project="web", priority=2),
    ),
    examples=(office, project, urgent, no_longer_urgent, by_priority),
    why=(
        "Overloading: one index answers a question of each entity, where an index each would be paid for and "
        "alarmed.",
        "Sparse: an item without the attribute is not in the index, so a list of the few costs as much as the few.",
        "Projection: an index of the keys and two attributes is cheaper to write, store and read than a copy.",
        "Local: it is the only index that can be read consistently.",
    ),
    trade_offs=Weighed(
        scale="An index has partitions of its own, which may be hot where the table's are not; one that is throttled "
        "throttles the table's writes. A local index holds each partition with its indexes to 10 GB.",
        cost="Each index that has an item is one more write for each change of it; a change of an index key is "
        "two. What is not projected costs nothing there.",
        consistency="Global indexes are eventually consistent. The local one can be read consistently.",
        simplicity="`gsi1pk` means nothing to a reader: its meanings are in the design, and only there. A global "
        "index can be added and dropped at any time; a local one is chosen with the table, for ever.",
    ),
    not_when=(
        "A question is rare and the table small: a scan once a day may be cheaper than an index on every write.",
        "Text is searched for words: a search engine, fed by the stream.",
        "A partition may pass 10 GB: no local index; another global one.",
    ),
)
