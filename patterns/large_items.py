"""A text that is too long for an item, in chunks that appear together, and a short item for lists."""

from __future__ import annotations

from patterns.pattern import Pattern
from stator.model import Design, Entity, Stored, Table, get, query, ref


class Document(Entity):
    """`upload`: which chunks are the document's."""

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


def store(library: Library, upload: str, text: str) -> None:
    """All chunks, then the head that names them: a reader sees the old text or the new one, never a part."""
    pieces = [text[start : start + CHUNK_CHARACTERS] for start in range(0, len(text), CHUNK_CHARACTERS)]
    library.put_many(
        Chunk(document_id="d1", upload=upload, number=number, text=piece)
        for number, piece in enumerate(pieces)
    )
    library.put(Document(document_id="d1", title="A long text", upload=upload, chunks=len(pieces)))


def text_of(library: Library, document: Document) -> str:
    """The chunks of the upload that the head names."""
    return "".join(each.text for each in library.chunks_of(document.document_id, document.upload))


def written(library: Library) -> object:
    """A long text is stored."""
    store(library, "u1", "the quick brown fox jumps over the lazy dog")
    return library.document("d1")


def read(library: Library) -> object:
    """It is read: the head, then its chunks, page by page."""
    document = library.document("d1")
    assert document is not None
    return text_of(library, document)


def replaced(library: Library) -> object:
    """A new text has chunks of its own; the old ones are removed after the head has moved on."""
    store(library, "u2", "and they all lived happily")
    library.erase_many(ref(Chunk, document_id="d1", upload="u1", number=number) for number in range(3))
    document = library.document("d1")
    assert document is not None
    return [text_of(library, document), library.chunks_of("d1", "u1").count()]


PATTERN = Pattern(
    title="Large items, split",
    problem="An item has at most 400 KB, and a large one is paid for whenever a small part of it is wanted. "
    "What is long goes into chunks of its own upload, and a small head names the upload; the head is "
    "written last, so that it moves from one whole text to the next.",
    design=Library,
    items=(Document(document_id="d2", title="An empty text", upload="u0", chunks=0),),
    examples=(written, read, replaced),
    why=(
        "A list reads heads alone, at half a read unit each, however long the texts are.",
        "Chunks need no transaction: what no head names is not seen, so a text may be of any number of chunks.",
        "One query reads all chunks in their order.",
    ),
    trade_offs=(
        "A write that stopped half-way leaves chunks that no head names: a sweeper or an expiry removes them.",
        "A reader slower than the removal of an old upload finds too few chunks, and reads again.",
        "Every kilobyte written is a write unit: 10 MB are 10,000 of them.",
    ),
    not_when=(
        "It is megabytes of bytes: S3, with its key in the item.",
        "It compresses below 400 KB: one item with a compressed binary is simpler.",
    ),
)
