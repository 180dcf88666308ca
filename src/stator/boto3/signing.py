"""Who calls, without the mathematics: the headers of a signature, whose signature is zeros.

A server reads a key id and a region out of them and checks nothing more, so nothing is lost; computing a signature is a
tenth of a GetItem's time. Hooks see the same headers as over HTTP. Credentials are never refreshed for it, since that
is a call over a network: of those that are not here yet, a dummy's key id is taken.
"""

from __future__ import annotations

import time
from typing import Any

DUMMY_KEY = "stator"
"""Key id and secret of a caller that has none."""

_VERSIONS = ("v4", "v4a")
_SIGNATURE = f"SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature={'0' * 64}"


class ZeroSignature:
    """botocore's SigV4Auth, as far as a RequestSigner uses it."""

    def __init__(self, key_id: str, token: str | None, region: str, service: str) -> None:
        self._key_id = key_id
        self._token = token
        self._scope = f"{region}/{service}/aws4_request"

    def add_auth(self, request: Any) -> None:
        """A request that is sent again is signed anew."""
        now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        request.context["timestamp"] = now
        signed = {
            "X-Amz-Date": now,
            "Authorization": f"AWS4-HMAC-SHA256 Credential={self._key_id}/{now[:8]}/{self._scope}, {_SIGNATURE}",
        }
        if self._token:
            signed["X-Amz-Security-Token"] = self._token
        headers = request.headers
        for name, value in signed.items():
            del headers[name]
            headers[name] = value


def signature_for(
    signer: Any,
    signing_name: str,
    region_name: str,
    signature_version: str | None = None,
    request_credentials: Any = None,
    **_: Any,
) -> ZeroSignature | None:
    """In the place of RequestSigner.get_auth_instance, whose arguments these are. None: let botocore sign (a URL)."""
    if (signature_version or signer.signature_version) not in _VERSIONS:
        return None
    credentials = request_credentials or signer._credentials
    key_id, token = at_hand(credentials, "access_key"), at_hand(credentials, "token")
    return ZeroSignature(key_id or DUMMY_KEY, token, region_name, signing_name)


def at_hand(credentials: Any, name: str) -> str | None:
    """An attribute as it was last loaded: of credentials that can expire, the public one may fetch new ones."""
    members = getattr(credentials, "__dict__", {})
    value = members[f"_{name}"] if f"_{name}" in members else members.get(name)
    return value if isinstance(value, str) else None
