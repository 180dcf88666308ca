"""A database as boto3: real botocore objects whose `dynamodb` and `dynamodbstreams` calls never leave the process.

    session = stator.boto3.Session("app.db")           boto3's Session, with .client and .resource
    with stator.boto3.patched("app.db"): ...           serves the clients that other code makes for itself
    session = stator.boto3.AioSession("app.db")        aiobotocore's AioSession

What is sent is a request's bytes and what comes back an answer's, the same as a server's; everything above that is
botocore's own. Session needs boto3, `patched` botocore, AioSession aiobotocore: none is loaded before it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from stator.errors import MissingLibraryError, OtherServiceError

if TYPE_CHECKING:
    from stator.boto3.aio import AioSession
    from stator.boto3.patching import patched
    from stator.boto3.session import Session

__all__ = ["AioSession", "MissingLibraryError", "OtherServiceError", "Session", "patched"]

# Where each name is, the library it needs, and what to install for it
_ROOMS = {
    "Session": ("session", "boto3", "stator[boto3]"),
    "patched": ("patching", "botocore", "stator[boto3]"),
    "AioSession": ("aio", "aiobotocore", "aiobotocore"),
}


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module 'stator.boto3' has no attribute '{name}'")
    room, library, requirement = _ROOMS[name]
    try:
        import_module(library)
    except ModuleNotFoundError as error:
        if error.name != library:
            raise
        raise MissingLibraryError(
            f"stator.boto3.{name} needs {library}, which is not installed: pip install '{requirement}'"
        ) from error
    found = globals()[name] = getattr(import_module(f"stator.boto3.{room}"), name)
    return found
