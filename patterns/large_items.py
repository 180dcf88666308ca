"""A text that is too long for an item, in chunks that appear together, and a short item for lists."""

from __future__ import annotations

from patterns.pattern import Pattern, Weighed
from stator.model import Attr, ConditionFailedError, Design, Entity, Stored, Table, get, query, ref


class Document(Entity):
    """`upload`: which chunks are the document's, and how many they are."""

    stored = Stored({"pk": "DOCUMENT#{document_id}", "sk": "HEAD"})

    document_id: str
    title: str
    upload: str
    chunks: int


class Chunk(Entity):
    stored = Stored({"pk": "DOCUMENT#{document_id}", "sk": "CHUNK#{upload}#{number:6}"})

    document_id: str
    upload: str
    number: int
    text: str


class Library(Design):
    table = Table("library", pk="pk", sk="sk")
    entities = (Document, Chunk)

    @get(Document, consistent=True)
    def document(self, document_id: str) -> None:
        """What a list shows of a document."""

    @query(Chunk, consistent=True)
    def chunks_of(self, document_id: str, upload: str) -> None:
        """The chunks of one upload, in order."""


CHUNK_CHARACTERS = 16
"""So few for the example: 100,000 leave room for names, keys and UTF-8 in an item's 400 KB."""

READS_MAX = 5


def store(library: Library, document_id: str, title: str, upload: str, text: str) -> Document:
    """All chunks, then the head that names them, then the old chunks go. `upload`: an id of its own for each text. Of
    two at once one is refused with ConditionFailedError, and leaves nothing."""
    pieces = [text[start : start + CHUNK_CHARACTERS] for start in range(0, len(text), CHUNK_CHARACTERS)]
    head = Document(document_id=document_id, title=title, upload=upload, chunks=len(pieces))
    before: Document | None = library.document(document_id)
    library.put_many(
        Chunk(document_id=document_id, upload=upload, number=number, text=piece)
        for number, piece in enumerate(pieces)
    )
    is_as_before = Attr("upload").eq(before.upload) if before else Attr("upload").not_exists()
    try:
        library.put(head, if_=is_as_before)
    except ConditionFailedError:
        current: Document | None = library.document(document_id)
        if current is None or current.upload != upload:  # else it was stored, and its answer lost
            forget(library, head)
            raise
    if before is not None and before.upload != upload:
        forget(library, before)
    return head


def forget(library: Library, head: Document) -> None:
    """The chunks of one upload."""
    library.erase_many(
        ref(Chunk, document_id=head.document_id, upload=head.upload, number=number)
        for number in range(head.chunks)
    )


def text_of(library: Library, document_id: str) -> str | None:
    """The whole text. Fewer chunks than the head says: it was replaced meanwhile, so it is read again."""
    for _ in range(READS_MAX):
        head: Document | None = library.document(document_id)
        if head is None:
            return None
        pieces = [each.text for each in library.chunks_of(document_id, head.upload)]
        if len(pieces) == head.chunks:
            return "".join(pieces)
    raise TimeoutError(f"{document_id} is replaced more often than it can be read")


def written(library: Library) -> object:
    """A long text is stored."""
    text = "the quick brown fox jumps over the lazy dog"
    return store(library, "d1", "A fox", upload="u1", text=text)


def listed(library: Library) -> object:
    """What a list shows is the head alone."""
    return library.document("d1")


def read(library: Library) -> object:
    """The text: the head, then its chunks, page by page."""
    return text_of(library, "d1")


def replaced(library: Library) -> object:
    """A new text has chunks of its own; the old ones are removed after the head has moved on."""
    store(library, "d1", "A happy end", upload="u2", text="and they all lived happily")
    return [text_of(library, "d1"), library.chunks_of("d1", "u1").count()]


PATTERN = Pattern(
    title="Large items, split",
    problem="An item has at most 400 KB, and a large one is paid for whenever a small part of it is wanted. "
    "What is long goes into chunks of its own upload, and a small head names the upload; the head is "
    "written last, so that it moves from one whole text to the next.",
    design=Library,
    items=(Document(document_id="d2", title="An empty text", upload="u0", chunks=0),),
    examples=(written, listed, read, replaced),
    why=(
        "A list reads heads alone, however long the texts are.",
        "Chunks need no transaction: what no head names is not seen, so a text may be of any number of chunks.",
        "The head says how many chunks there are, so that a reader who meets a removal knows it and reads again.",
        "One query reads all chunks in their order.",
    ),
    trade_offs=Weighed(
        scale="Any number of chunks, written 25 at a time and read 1 MB at a time; all of a document is one "
        "partition, 1,000 write and 3,000 read units a second.",
        cost="Every kilobyte written is a write unit, and so is each chunk removed: 10 MB are 10,000 of them. "
        "Consistent reads cost twice.",
        consistency="A reader has the old text or the new one, never a part. Of two who replace one text at once, "
        "the second is refused.",
        simplicity="A writer that stopped half-way leaves chunks that no head names: a sweeper or an expiry on "
        "chunks removes them.",
    ),
    not_when=(
        "It is megabytes of bytes: S3, with its key in the item.",
        "It compresses below 400 KB: one item with a compressed binary is simpler.",
    ),
)
