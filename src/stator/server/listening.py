"""Sockets that listen, the loop that serves them, and the open files they need."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import sys
from typing import Any

from stator.errors import StatorError

# Files beside connections: the store's, the loop's, the standard streams
_OTHER_FILES = 64


def new_loop() -> asyncio.AbstractEventLoop:
    """uvloop's where it exists, else asyncio's."""
    if sys.platform != "win32":
        try:
            import uvloop
        except ImportError:
            pass
        else:
            return uvloop.new_event_loop()
    return asyncio.new_event_loop()


def listen_shared(host: str, port: int, backlog: int, processes: int) -> list[list[socket.socket]]:
    """As `listen`, sockets for each of several processes. On Linux each has its own, among which the kernel spreads
    connections evenly; elsewhere all share the same. Raises StatorError."""
    alone = listen(host, port, backlog)
    if processes == 1 or not sys.platform.startswith("linux"):
        return [alone] * processes
    # Sockets that share a port do not notice one another, another server's neither: the one bound alone did
    port = alone[0].getsockname()[1]
    for bound in alone:
        bound.close()
    return [listen(host, port, backlog, shares_port=True) for _ in range(processes)]


def listen(host: str, port: int, backlog: int, shares_port: bool = False) -> list[socket.socket]:
    """Sockets bound to every address of `host` (localhost has two), all on one port; port 0 picks a free one. Raises
    StatorError that says what to do. `shares_port`: with other sockets that do, where the system can."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        text = f"cannot listen on {host}: no such host. Use 127.0.0.1, or an address of this machine"
        raise StatorError(text) from error
    sockets: list[socket.socket] = []
    try:
        for family, address in dict.fromkeys((found_family, where) for found_family, _, _, _, where in found):
            bound = _bind(family, address, port, backlog, shares_port)
            if bound is not None:
                sockets.append(bound)
                port = bound.getsockname()[1]
        if not sockets:
            raise StatorError(f"cannot listen on {host}: it is no address of this machine")
    except BaseException:
        for bound in sockets:
            bound.close()
        raise
    return sockets


def _bind(
    family: int, address: tuple[Any, ...], port: int, backlog: int, shares_port: bool
) -> socket.socket | None:
    """None for an address that this machine does not have (localhost where there is no IPv6)."""
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name == "posix":
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shares_port:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        bound.bind((address[0], port, *address[2:]))
        bound.listen(backlog)
        bound.setblocking(False)
    except OSError as error:
        bound.close()
        if error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
            return None
        raise StatorError(_explain(address[0], port, error)) from error
    except BaseException:
        bound.close()
        raise
    return bound


def _explain(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"port {port} of {host} is in use, perhaps by another server. "
            "Stop that one, or choose another port with --port (--port 0 picks a free one)"
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return (
            f"port {port} of {host} needs more rights than this user has. Choose one above 1023 with --port"
        )
    return f"cannot listen on {host} port {port}: {error.strerror}"


def raise_file_limit(connections: int) -> None:
    """Asks for as many open files as `connections` need, up to what the system grants without more rights."""
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + _OTHER_FILES
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        except (ValueError, OSError):
            # macOS grants less than it says: what is there must do, and accept() waits when files run out
            return


def endpoint_of(bound: socket.socket, host: str) -> str:
    """The URL a client is given: an unspecified address is reached at loopback."""
    port = bound.getsockname()[1]
    if host in ("", "0.0.0.0", "::"):
        host = "127.0.0.1" if host != "::" else "::1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
