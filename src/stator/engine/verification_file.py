"""A file verified where it lies, from its pages up to what its tables mean. Nothing is written to it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from stator.engine.verification import verify
from stator.engine.verification_findings import Area, Finding, Progress, Watch, unwatched
from stator.errors import CorruptionError, StoreFailedError
from stator.storage.sqlite.inspection import InspectedFile


def verify_file(
    path: str, *, quick: bool = False, now: Callable[[], float] = time.time, watch: Watch = unwatched
) -> Iterator[Finding]:
    """What is wrong with the file, as it is found; nothing when all is well. It may be in use meanwhile.

    `quick`, `now`, `watch`: as of `verify`; `watch` may raise to stop. Raises UnsupportedFileError for what is no
    Stator file, StoreReadOnlyError for what cannot be opened."""
    try:
        file = InspectedFile(path)
    except (CorruptionError, StoreFailedError) as error:
        yield Finding(Area.FILE, str(error))
        return
    try:
        for where, problem in file.problems(lambda: watch(Progress("the file's pages", 0)), quick):
            yield Finding(Area.FILE, problem if where == "file" else f"{where}: {problem}")
        yield from verify(file, quick=quick, now=now, watch=watch)
    except (CorruptionError, StoreFailedError) as error:
        yield Finding(Area.FILE, f"it cannot be read any further: {error}")
    finally:
        file.close()
