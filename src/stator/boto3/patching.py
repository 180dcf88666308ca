"""`patched`: while it lasts, every botocore and aiobotocore client of this process has its DynamoDB here.

Six methods of botocore's classes, and the same of aiobotocore's where that is loaded, are replaced while at least one
`patched` is entered: a client's making, so that it needs neither region nor credentials; its signer's signature; the
making and the sending of its requests. Clients that are there already have these classes, so they are served too. What
is replaced asks which database is innermost at the time of the call. When the last one is left, each method is put
back, unless somebody else has replaced it meanwhile: then ours stays under theirs, and passes everything on.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from botocore.endpoint import Endpoint
from botocore.session import Session
from botocore.signers import RequestSigner

from stator.boto3.creating import SERVICES, completed
from stator.boto3.databases import Opened
from stator.boto3.decorating import within
from stator.boto3.plugging import remember_user_agent
from stator.boto3.replacing import Replacement, replace, restore
from stator.boto3.sending import AsyncInProcessHttp, InProcessHttp, asked_of, async_response, sync_response
from stator.boto3.signing import signature_for
from stator.client.connecting import MEMORY
from stator.errors import OtherServiceError

Function = TypeVar("Function", bound=Callable[..., Any])

_NAMED = "_stator_operation"
"""The attribute of a request that says the service and the operation it is for."""
_SIGNED_HERE = frozenset(("DynamoDB", "DynamoDB Streams"))
"""Service ids, which are all that a signer knows."""


class _Entered:
    """One `patched` that was entered: its database, and the other services that it lets through (True: all)."""

    def __init__(self, opened: Opened, let_through: bool | frozenset[str]) -> None:
        self.opened = opened
        self.service = opened.service
        self._let_through = let_through

    def lets_through(self, service: str) -> bool:
        if isinstance(self._let_through, bool):
            return self._let_through
        return service in self._let_through


class patched:  # noqa: N801 - read as a verb, at a `with` and over a function
    """`with stator.boto3.patched(db):`, or `@stator.boto3.patched(db)` over a function of any kind: DynamoDB's clients,
    whoever makes them and when, go to `db`, whatever their endpoint and region.

    `database` and `options` are Session's. A call to another service raises OtherServiceError, which names it, before
    anything is sent; `let_through` is True for all others, or the names (boto3's) of those that go where they would.
    It holds for the whole process, all its threads; the innermost of several counts. `with ... as database` gives the
    database. What is named by a path is opened on entering, for each call of a function anew, and closed on leaving."""

    def __init__(
        self, database: Any = MEMORY, *, let_through: bool | Iterable[str] = False, **options: Any
    ) -> None:
        self._database = database
        self._options = options
        self._let_through = let_through if isinstance(let_through, bool) else _names(let_through)
        self._mine: list[_Entered] = []

    def __enter__(self) -> Any:
        entered = _Entered(Opened(self._database, self._options), self._let_through)
        self._mine.append(entered)
        _enter(entered)
        return entered.opened.db

    def __exit__(self, *_: object) -> None:
        entered = self._mine.pop()
        _leave(entered)
        entered.opened.close()

    async def __aenter__(self) -> Any:
        return self.__enter__()

    async def __aexit__(self, *_: object) -> None:
        self.__exit__()

    def __call__(self, function: Function) -> Function:
        wrapped: Function = within(self._another, function)
        return wrapped

    def _another(self) -> patched:
        """For each call of a function its own, so that calls may overlap."""
        return patched(self._database, let_through=self._let_through, **self._options)


def _names(let_through: Iterable[str]) -> frozenset[str]:
    return frozenset((let_through,) if isinstance(let_through, str) else let_through)


# Which are entered. The tuple is replaced, never changed, so that a call may read it without the lock

_lock = threading.RLock()
_entered: tuple[_Entered, ...] = ()
_replacements: list[Replacement] = []


def _enter(entered: _Entered) -> None:
    global _entered
    with _lock:
        _entered = (*_entered, entered)
        _replace_all()


def _leave(entered: _Entered) -> None:
    global _entered
    with _lock:
        _entered = tuple(other for other in _entered if other is not entered)
        if not _entered:
            while _replacements:
                restore(_replacements.pop())


def _innermost() -> _Entered | None:
    entered = _entered
    return entered[-1] if entered else None


def _replace_all() -> None:
    """Whatever is loaded of what has to be replaced and is not yet."""
    wanted: list[tuple[type, str, Callable[[Any], Any]]] = [
        (Session, "__init__", _init),
        (Session, "create_client", _create_client),
        (RequestSigner, "get_auth_instance", _get_auth_instance),
        (Endpoint, "create_request", _create_request),
        (Endpoint, "_send", _send),
    ]
    if "aiobotocore.session" in sys.modules:
        from aiobotocore.endpoint import AioEndpoint
        from aiobotocore.session import AioSession
        from aiobotocore.signers import AioRequestSigner

        wanted += [
            (AioSession, "create_client", _create_client),
            (AioRequestSigner, "get_auth_instance", _get_auth_instance_async),
            (AioEndpoint, "create_request", _create_request_async),
            (AioEndpoint, "_send", _send_async),
        ]
    done = {(each.owner, each.name) for each in _replacements}
    _replacements.extend(
        replace(owner, name, wrap) for owner, name, wrap in wanted if (owner, name) not in done
    )


# What stands in the place of each method, given the original


def _init(original: Any) -> Any:
    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        """A session of aiobotocore's, which may have been loaded only now."""
        with _lock:
            if _entered:
                _replace_all()
        original(self, *args, **kwargs)

    return init


def _create_client(original: Any) -> Any:
    def create_client(self: Any, *args: Any, **kwargs: Any) -> Any:
        here = _innermost()
        service = args[0] if args else kwargs.get("service_name")
        if here is None or (service not in SERVICES and here.lets_through(str(service))):
            return original(self, *args, **kwargs)
        made = original(self, **completed(self, args, kwargs, here.opened.db.options.region))
        remember_user_agent(made)
        return made

    return create_client


def _signature(signer: Any, args: Any, kwargs: Any) -> Any:
    if _innermost() is None or str(signer._service_id) not in _SIGNED_HERE:
        return None
    return signature_for(signer, *args, **kwargs)


def _get_auth_instance(original: Any) -> Any:
    def get_auth_instance(self: Any, *args: Any, **kwargs: Any) -> Any:
        return _signature(self, args, kwargs) or original(self, *args, **kwargs)

    return get_auth_instance


def _get_auth_instance_async(original: Any) -> Any:
    async def get_auth_instance(self: Any, *args: Any, **kwargs: Any) -> Any:
        return _signature(self, args, kwargs) or await original(self, *args, **kwargs)

    return get_auth_instance


def _named(request: Any, operation_model: Any) -> Any:
    if operation_model is not None and _entered:
        setattr(request, _NAMED, (operation_model.service_model.service_name, operation_model.name))
    return request


def _create_request(original: Any) -> Any:
    def create_request(self: Any, params: Any, operation_model: Any = None) -> Any:
        return _named(original(self, params, operation_model), operation_model)

    return create_request


def _create_request_async(original: Any) -> Any:
    async def create_request(self: Any, params: Any, operation_model: Any = None) -> Any:
        return _named(await original(self, params, operation_model), operation_model)

    return create_request


def _destination(endpoint: Any, request: Any) -> _Entered | None:
    """Whose request it is; None for one that goes where it would. Raises OtherServiceError."""
    here = _innermost()
    if here is None or isinstance(endpoint.http_session, InProcessHttp | AsyncInProcessHttp):
        return None
    service, operation = getattr(request, _NAMED, (endpoint._endpoint_prefix, "a request"))
    if service in SERVICES:
        return here
    if here.lets_through(service):
        return None
    raise OtherServiceError(
        f"{service} {operation} was called within stator.boto3.patched, which serves DynamoDB alone; nothing was sent."
        f" patched(..., let_through=['{service}']) lets it go where it would;"
        f" for a test with the fixture dynamodb, @pytest.mark.dynamodb(let_through=['{service}'])"
    )


def _send(original: Any) -> Any:
    def send(self: Any, request: Any) -> Any:
        here = _destination(self, request)
        if here is None:
            return original(self, request)
        return sync_response(request, here.service.answer(asked_of(request)))

    return send


def _send_async(original: Any) -> Any:
    async def send(self: Any, request: Any) -> Any:
        here = _destination(self, request)
        if here is None:
            return await original(self, request)
        return async_response(request, await here.service.answer_async(asked_of(request)))

    return send
