"""DynamoDB that lives where your program lives.

    db = stator.open("app.db")

What is public here is loaded when it is first used: importing the package costs nothing.
"""

__version__ = "0.1.0"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stator.client.native.async_database import AsyncDB as AsyncDB
    from stator.client.native.async_table import AsyncTable as AsyncTable
    from stator.client.native.database import DB as DB
    from stator.client.native.opening import open as open
    from stator.client.native.opening import open_async as aopen
    from stator.client.native.opening import open_async as open_async
    from stator.client.native.table import Table as Table

__all__ = ["DB", "AsyncDB", "AsyncTable", "Table", "aopen", "open", "open_async"]

_HOMES = {
    "AsyncDB": ("stator.client.native.async_database", "AsyncDB"),
    "AsyncTable": ("stator.client.native.async_table", "AsyncTable"),
    "DB": ("stator.client.native.database", "DB"),
    "Table": ("stator.client.native.table", "Table"),
    "aopen": ("stator.client.native.opening", "open_async"),
    "open": ("stator.client.native.opening", "open"),
    "open_async": ("stator.client.native.opening", "open_async"),
}
_MODULES = ("asgi", "boto3", "conditions", "errors", "metering")


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name in _HOMES:
        module, attribute = _HOMES[name]
        value = getattr(import_module(module), attribute)
    elif name in _MODULES:
        value = import_module(f"stator.{name}")
    else:
        raise AttributeError(f"module 'stator' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_MODULES})
