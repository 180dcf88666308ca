"""The connection that holds a file open from first to last: what it shares with other processes, and checkpoints.

In WAL mode every process that has the file open maps the wal-index, whose header begins (32-bit words in the
machine's order; https://sqlite.org/walformat.html#the_wal_index_header):

    version | unused | change counter | flags and page size | last valid frame | pages of the database | ...

The change counter moves by one with every commit that wrote something, by any process, before any reader can see
that commit. The last valid frame is the WAL's length. SQLite offers neither without a read transaction, which costs
ten times as much as the whole of `generation` may. It does offer its file object, whose published method xShmMap
gives the address of its own mapping; mapping the -shm file ourselves would need a file descriptor, and closing that
would drop SQLite's locks on the file (POSIX locks belong to the process, not to the descriptor).

SQLite keeps that mapping where it is for as long as a connection of the process has the WAL open. So the connection
that pins it is nobody's but the keeper's, which never leaves WAL mode, and the memory is read through the keeper alone.
`close` first releases the view, after which a read that another thread had begun is refused, and then unmaps.
"""

from __future__ import annotations

import ctypes
from typing import Final

import apsw

from stator.errors import SettingError, StatorError
from stator.storage.sqlite.errors import close, translating

_REGION_BYTES: Final = 32768
_HEADER_WORDS: Final = 12
_CHANGE_COUNTER: Final = 2
_LAST_FRAME: Final = 4
_XSHMMAP: Final = 13  # its place among the pointers of sqlite3_io_methods; iVersion is at 0
_XShmMap = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.POINTER(ctypes.c_void_p)
)
_FRAME_HEADER_BYTES: Final = 24


class Keeper:
    """Takes the connection over: it is used and closed through the keeper only, and lives as long.

    `change_counter` and `frames` may be asked by any thread; `checkpoint` by whoever has the writer role."""

    __slots__ = ("_connection", "_words", "frame_bytes", "path")

    def __init__(self, connection: apsw.Connection, path: str) -> None:
        self.path = path
        self._connection = connection
        try:
            with translating(path, "opening the WAL"):
                connection.pragma("user_version")  # the first read opens the WAL and maps its index
                address = _header_address(connection)
                self.frame_bytes: int = connection.pragma("page_size") + _FRAME_HEADER_BYTES
            if not address:
                raise SettingError(
                    f"{path}: this file system offers no shared memory, which the file needs to be safe when several"
                    " processes open it. Put it on a local disk."
                )
        except BaseException:
            close(connection, path)
            raise
        words = (ctypes.c_uint32 * _HEADER_WORDS).from_address(address)
        self._words = memoryview(words).cast("B").cast("I")

    def change_counter(self) -> int:
        try:
            return self._words[_CHANGE_COUNTER]
        except ValueError as error:
            raise self._closed() from error

    def frames(self) -> int:
        """Frames in the WAL; it stays after a checkpoint, until the next commit begins the WAL anew."""
        try:
            return self._words[_LAST_FRAME]
        except ValueError as error:
            raise self._closed() from error

    def checkpoint(self, readers_wait_ms: int) -> None:
        """Moves the WAL into the file and has the next commit begin it anew, waiting so long for readers of the old
        one. Raises apsw.Error."""
        self._connection.set_busy_timeout(readers_wait_ms)
        self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_RESTART)

    def close(self) -> None:
        """Idempotent."""
        self._words.release()  # a read of a word is one step of the interpreter: it is over, or it is refused
        close(self._connection, self.path)

    def _closed(self) -> StatorError:
        return StatorError(f"{self.path}: the store is closed.")


def _header_address(connection: apsw.Connection) -> int | None:
    file = ctypes.c_void_p()
    if not connection.file_control("main", apsw.SQLITE_FCNTL_FILE_POINTER, ctypes.addressof(file)):
        return None
    methods = ctypes.cast(file, ctypes.POINTER(ctypes.POINTER(ctypes.c_void_p)))[0]
    version = ctypes.cast(methods, ctypes.POINTER(ctypes.c_int))[0]
    if version < 2 or not methods[_XSHMMAP]:
        return None
    region = ctypes.c_void_p()
    if _XShmMap(methods[_XSHMMAP])(file, 0, _REGION_BYTES, 0, ctypes.byref(region)) != apsw.SQLITE_OK:
        return None
    return region.value
