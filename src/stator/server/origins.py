"""Who may speak to this server from a browser.

A page of any site can make its visitor's browser send requests to a loopback address. Two checks stand against it.
The Host header: a site that rebinds its own name to 127.0.0.1 still names itself there, so that on loopback only
loopback names, IP addresses (which cannot be rebound) and allowed names are served. And CORS: a page may read answers,
and send what needs a preflight, only when its origin was named in the settings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address

# As AWS answers; two days is its own max-age
_EXPOSED = b"x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,x-amz-crc32,Date"
_MAX_AGE = b"172800"


class HostCheck:
    """`enforced`: the server is bound to loopback, or names were given. `known_max` bounds the memory of good hosts."""

    def __init__(self, bound: str, allowed: Iterable[str], known_max: int) -> None:
        names = [name.lower() for name in allowed]
        self.enforced = is_loopback(bound) or bool(names)
        self._exact = {"localhost", bound.lower(), *(name for name in names if not name.startswith("*."))}
        self._suffixes = (".localhost", *(name[1:] for name in names if name.startswith("*.")))
        self._known: set[bytes] = set()
        self._known_max = known_max

    def allows(self, host: bytes | None) -> bool:
        """The value of a Host header; None is a request of HTTP/1.0 without one, which no browser sends."""
        if host is None or host in self._known:
            return True
        if not self.enforced or self._is_good(host_name(host)):
            if len(self._known) >= self._known_max:
                self._known.clear()
            self._known.add(host)
            return True
        return False

    def _is_good(self, name: str) -> bool:
        return name in self._exact or name.endswith(self._suffixes) or is_address(name)


def host_name(host: bytes) -> str:
    """The name or address in a Host header, without port, brackets and final dot."""
    text = host.decode("latin-1").strip().lower()
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0].rstrip(".")


def is_address(name: str) -> bool:
    return _address(name) is not None


def is_loopback(name: str) -> bool:
    """Whether only this machine reaches a server bound to `name`."""
    name = name.lower()
    if name in ("127.0.0.1", "localhost") or name.endswith(".localhost"):
        return True
    address = _address(name)
    return address is not None and address.is_loopback


def _address(name: str) -> IPv4Address | IPv6Address | None:
    # Not needed by a server on 127.0.0.1 to become ready
    import ipaddress

    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


class Cors:
    """Header lines for requests that carry an Origin; empty for an origin that was not named."""

    def __init__(self, origins: Iterable[str]) -> None:
        self._origins = frozenset(origin.rstrip("/").encode() for origin in origins)
        self._any = b"*" in self._origins

    def allows(self, origin: bytes) -> bool:
        return self._any or origin in self._origins

    def answer_lines(self, origin: bytes) -> bytes:
        if not self.allows(origin):
            return b""
        return b"Access-Control-Allow-Origin: %b\r\nAccess-Control-Expose-Headers: %b\r\nVary: Origin\r\n" % (
            b"*" if self._any else origin,
            _EXPOSED,
        )

    def preflight_lines(self, headers: Mapping[bytes, bytes]) -> bytes:
        """The further lines of the answer to a preflight from an origin that is allowed: it may do what it asks for."""
        lines = b"Access-Control-Max-Age: %b\r\n" % _MAX_AGE
        for asked, granted in (
            (b"access-control-request-headers", b"Access-Control-Allow-Headers"),
            (b"access-control-request-method", b"Access-Control-Allow-Methods"),
            (b"access-control-request-private-network", b"Access-Control-Allow-Private-Network"),
        ):
            if asked in headers:
                lines += b"%b: %b\r\n" % (granted, headers[asked])
        return lines
