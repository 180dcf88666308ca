"""Plugs a database into one botocore client: its endpoint sends in the process, its signer computes no signature.

`_endpoint.http_session` and `_request_signer.get_auth_instance` are botocore's own seams, if private ones; a test holds
that they are there.
"""

from __future__ import annotations

import inspect
import os
from typing import Any

from botocore.context import get_context

from stator.boto3.signing import signature_for

_USER_AGENTS_MAX = 64


def plug(client: Any, http: Any) -> None:
    """From now on the client's requests go out by `http` (sending.InProcessHttp, or the other for aiobotocore)."""
    client._endpoint.http_session = http
    remember_user_agent(client)
    signer = client._request_signer
    signer.get_auth_instance = _zero_signing(signer, signer.get_auth_instance)


def remember_user_agent(client: Any) -> None:
    """botocore makes it anew twice a call, which is a fifth of a GetItem's time in the process. It changes with the
    features that a call uses, with the environment, and with the configuration, which some change later."""
    creator = getattr(client, "_user_agent_creator", None)
    if creator is None:
        return
    make = creator.to_string
    known: dict[Any, str] = {}

    def to_string() -> str:
        config = creator._client_config
        used = (
            frozenset(get_context().features),
            os.environ.get("AWS_EXECUTION_ENV"),
            config.user_agent,
            config.user_agent_extra,
        )
        text = known.get(used)
        if text is None:
            text = make()
            if len(known) < _USER_AGENTS_MAX:
                known[used] = text
        return text

    creator.to_string = to_string


def _zero_signing(signer: Any, original: Any) -> Any:
    if inspect.iscoroutinefunction(original):

        async def sign_async(*args: Any, **kwargs: Any) -> Any:
            return signature_for(signer, *args, **kwargs) or await original(*args, **kwargs)

        return sign_async

    def sign(*args: Any, **kwargs: Any) -> Any:
        return signature_for(signer, *args, **kwargs) or original(*args, **kwargs)

    return sign
