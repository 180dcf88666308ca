"""Documents with a version that guards against lost updates, a history, and a delete that can be taken back."""

from __future__ import annotations

from pydantic import AwareDatetime

from patterns.pattern import Pattern, Wait, Weighed
from stator.model import Design, Entity, Stored, Table, get, query, ref


class Document(Entity):
    stored = Stored(
        {"pk": "DOCUMENT#{document_id}", "sk": "CURRENT"},
        version="version",
        deleted="deleted_at",
        updated="updated_at",
    )

    document_id: str
    text: str
    version: int = 0
    updated_at: AwareDatetime | None = None
    deleted_at: AwareDatetime | None = None


class Revision(Entity):
    stored = Stored({"pk": "DOCUMENT#{document_id}", "sk": "VERSION#{number:6}"})

    document_id: str
    number: int
    text: str


class Documents(Design):
    table = Table("documents", pk="pk", sk="sk")
    entities = (Document, Revision)

    @get(Document, consistent=True)
    def document(self, document_id: str) -> None:
        """A document that is not deleted."""

    @query(Revision, newest_first=True)
    def history_of(self, document_id: str) -> None:
        """What a document was, newest first."""

    @get(Revision)
    def revision(self, document_id: str, number: int) -> None:
        """A document as of one version."""


def edit(documents: Documents, document: Document, text: str) -> None:
    """The new text, and the old one into the history, all or none; only over the version that was read."""
    number, old = document.version, document.text
    with documents.transaction() as both:
        both.update(document, {"text": text})
        both.create(Revision(document_id=document.document_id, number=number, text=old))


def erase(documents: Documents, document_id: str) -> None:
    """A document for good, its history first: what stops half-way can be done again."""
    documents.erase_many(documents.history_of(document_id))
    documents.erase(ref(Document, document_id=document_id))


def edited(documents: Documents) -> object:
    """An edit: the version is the condition, and the text that it replaces goes to the history."""
    document = documents.document("d1")
    assert document is not None
    edit(documents, document, "second")
    return documents.document("d1")


def lost_update(documents: Documents) -> None:
    """Two people read the same version, and both save: the second is refused, and neither text is lost."""
    mine = documents.document("d1")
    theirs = documents.document("d1")
    assert mine is not None
    assert theirs is not None
    edit(documents, theirs, "third, by them")
    edit(documents, mine, "third, by me")


def history(documents: Documents) -> object:
    """The history, newest first."""
    return documents.history_of("d1")


def first_text(documents: Documents) -> object:
    """The document as it first was."""
    return documents.revision("d1", 1)


def soft_delete(documents: Documents) -> object:
    """A soft delete sets a moment; then no pattern finds the document, and its history stays."""
    documents.delete(ref(Document, document_id="d1"))
    return [documents.document("d1"), documents.history_of("d1").count()]


def restored(documents: Documents) -> object:
    """It is taken back."""
    return documents.restore(ref(Document, document_id="d1"))


def erased(documents: Documents) -> object:
    """Another one has to go for good, its history too; then its key is free."""
    document = documents.document("d2")
    assert document is not None
    edit(documents, document, "more of it")
    erase(documents, "d2")
    return [*documents.history_of("d2"), documents.create(Document(document_id="d2", text="harmless"))]


PATTERN = Pattern(
    title="Versioning and soft deletes",
    problem="Two people edit a document at once, someone asks what it was last week, and a delete was a "
    "mistake. The current document is one item with a number that each write must find unchanged; each "
    "old text is an item of its own beside it; a delete is a moment that is set.",
    design=Documents,
    items=(Document(document_id="d1", text="first"), Document(document_id="d2", text="somebody's secret")),
    examples=(edited, lost_update, history, first_text, soft_delete, Wait(60), restored, erased),
    why=(
        "The current document has a key of its own: to read it costs no query, however long its history is.",
        "Nothing is locked: who comes second is told so, and decides what to do.",
        "History is a range of the same partition, in the order of versions; it is deleted or exported together.",
        "A soft delete keeps keys and relations; every read leaves it out by itself.",
    ),
    trade_offs=Weighed(
        scale="On a document that all write at once, most are refused: split it, or add to it without a version. Its "
        "history grows in the same partition.",
        cost="An edit is two items in a transaction: four units for 1 KB where a plain update is one. Soft-deleted "
        "items are stored, indexed and paid for until something erases them: give them an expiry.",
        consistency="No edit is lost: it is stored with what it replaces, or refused. A version alone is no lock: "
        "two documents that must agree need a transaction that checks both.",
        simplicity="Reads by other programs must know of `deleted_at`, or they see what was deleted. Its key stays "
        "taken. Whoever erases a document erases its history with it, or another one's edits under its key are "
        "refused where their numbers meet.",
    ),
    not_when=(
        "The law says that data must go: erase it, and its history.",
        "Only an operator needs the past: point-in-time recovery has 35 days of it, without an item.",
        "Every write is to be kept with who did it: an audit trail from the stream.",
    ),
)
