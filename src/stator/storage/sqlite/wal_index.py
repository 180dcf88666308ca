"""Two numbers of the file's shared state, read where SQLite keeps them, at the price of a memory read.

In WAL mode every process that has the file open maps the wal-index, whose header begins (32-bit words in the
machine's order; https://sqlite.org/walformat.html#the_wal_index_header):

    version | unused | change counter | flags and page size | last valid frame | pages of the database | ...

The change counter moves by one with every commit that wrote something, by any process, before any reader can see
that commit. The last valid frame is the WAL's length. SQLite offers neither without a read transaction, which costs
ten times as much as the whole of `generation` may. It does offer its file object, whose published method xShmMap
gives the address of its own mapping; mapping the -shm file ourselves would need a file descriptor, and closing that
would drop SQLite's locks on the file (POSIX locks belong to the process, not to the descriptor).
"""

from __future__ import annotations

import ctypes
from typing import Final

import apsw

from stator.errors import SettingError
from stator.storage.sqlite.errors import translating

_REGION_BYTES: Final = 32768
_HEADER_WORDS: Final = 12
_CHANGE_COUNTER: Final = 2
_LAST_FRAME: Final = 4
_XSHMMAP: Final = 13  # its place among the pointers of sqlite3_io_methods; iVersion is at 0
_XShmMap = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.POINTER(ctypes.c_void_p)
)


class WalIndex:
    """Valid while the connection it was made from is open: forget it before closing that."""

    __slots__ = ("_words",)

    def __init__(self, connection: apsw.Connection) -> None:
        with translating(connection.filename, "opening the WAL"):
            connection.pragma("user_version")  # the first read opens the WAL and maps its index
            address = _header_address(connection)
        if not address:
            raise SettingError(
                f"{connection.filename}: this file system offers no shared memory, which the file needs to be safe"
                " when several processes open it. Put it on a local disk."
            )
        words = (ctypes.c_uint32 * _HEADER_WORDS).from_address(address)
        self._words = memoryview(words).cast("B").cast("I")

    def change_counter(self) -> int:
        return self._words[_CHANGE_COUNTER]

    def frames(self) -> int:
        """Frames in the WAL; it stays after a checkpoint, until the next commit begins the WAL anew."""
        return self._words[_LAST_FRAME]


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
