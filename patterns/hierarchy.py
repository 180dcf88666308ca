"""Nodes and edges as items of one table: a tree by its paths, and a graph that is read from both ends."""

from __future__ import annotations

from patterns.pattern import Pattern, Weighed
from stator.model import Design, Entity, Gsi, Stored, Table, collection, get, query, ref, starts_with


class Person(Entity):
    stored = Stored({"pk": "NODE#{person_id}", "sk": "NODE"})

    person_id: str
    name: str


class Membership(Entity):
    """An edge: a person in a unit."""

    stored = Stored(
        {"pk": "NODE#{person_id}", "sk": "IN#{unit_id}", "gsi1pk": "IN#{unit_id}", "gsi1sk": "{person_id}"}
    )

    person_id: str
    unit_id: str
    role: str


class Unit(Entity):
    """`path`: the ids from the root, each with a slash behind it."""

    stored = Stored({"pk": "TREE#{company}", "sk": "{path}"})

    company: str
    path: str
    name: str


class Organisation(Design):
    table = Table("organisation", pk="pk", sk="sk", indexes=[Gsi("gsi1", "gsi1pk", "gsi1sk")])
    entities = (Person, Membership, Unit)

    @get(Unit)
    def unit(self, company: str, path: str) -> None:
        """A unit by its path."""

    @query(Unit, below=starts_with("path"))
    def units_below(self, company: str, below: str) -> None:
        """A unit and all below it, to any depth."""

    @collection(Person, Membership)
    def person_with_units(self, person_id: str) -> None:
        """A node with its edges."""

    @query(Membership)
    def members_of(self, unit_id: str) -> None:
        """The edges that end in a unit."""


def subtree(org: Organisation) -> object:
    """A unit with all that is below it, whatever the depth, in one query."""
    return org.units_below("acme", below="root/sales/")


def ancestors(org: Organisation) -> object:
    """The way up to the root: the path names each ancestor, so that they are fetched by their keys, in one batch."""
    paths = ["root/", "root/sales/", "root/sales/europe/"]
    return org.get_many(Unit, [{"company": "acme", "path": path} for path in paths])


def one_unit(org: Organisation) -> object:
    """One unit by its path."""
    return org.unit("acme", "root/research/")


def node_with_edges(org: Organisation) -> object:
    """A person, with every unit that they are in: the node and its edges are one partition."""
    return org.person_with_units("ann")


def other_end(org: Organisation) -> object:
    """Everyone in a unit: the same edges, from their other end, by the index turned round."""
    return org.members_of("sales")


def moved_edge(org: Organisation) -> object:
    """A person changes units: one edge goes and one comes, all or none."""
    with org.transaction() as every:
        every.erase(ref(Membership, person_id="bo", unit_id="sales"))
        every.create(Membership(person_id="bo", unit_id="research", role="member"))
    return org.members_of("research")


PATTERN = Pattern(
    title="Hierarchical data (adjacency lists)",
    problem="Units contain units, and people are in several. A tree's nodes carry their path as the sort key, "
    "so that a subtree is a prefix. A graph's edges are items beside their node, so that a node comes "
    "with its edges; an index with the two ends exchanged answers from the other side.",
    design=Organisation,
    items=(
        Unit(company="acme", path="root/", name="Acme"),
        Unit(company="acme", path="root/research/", name="Research"),
        Unit(company="acme", path="root/sales/", name="Sales"),
        Unit(company="acme", path="root/sales/europe/", name="Europe"),
        Unit(company="acme", path="root/sales/europe/spain/", name="Spain"),
        Person(person_id="ann", name="Ann"),
        Person(person_id="bo", name="Bo"),
        Membership(person_id="ann", unit_id="research", role="lead"),
        Membership(person_id="ann", unit_id="sales", role="member"),
        Membership(person_id="bo", unit_id="sales", role="lead"),
    ),
    examples=(subtree, ancestors, one_unit, node_with_edges, other_end, moved_edge),
    why=(
        "A subtree of any depth is one range, where a table of parents would need a query for each level.",
        "An edge is stored once and read from both ends: the index keeps the second copy true.",
        "The slash behind each id keeps `root/sales/` from also meaning `root/sales-old/`.",
    ),
    trade_offs=Weighed(
        scale="A whole tree in one partition is limited to its 3,000 read and 1,000 write units a second.",
        cost="A subtree is paid by its size, whatever its depth. An edge is two writes, for the index has it, too.",
        consistency="Both ends of an edge are one item, so they agree; the index shows it a moment later. What an "
        "edge repeats of a node (a name, to spare a batch get) has to be kept true by whoever changes it.",
        simplicity="To move a unit is to rewrite every item below it: deletes and puts, in transactions of 100 at "
        "most.",
    ),
    not_when=(
        "Questions walk a graph without a bound of depth (friends of friends of friends): a graph database.",
        "Subtrees move often: keep the parent's id alone, and read level by level.",
        "The whole tree is small and read at once: one item with a document in it.",
    ),
)
