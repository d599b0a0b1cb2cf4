"""The driver's door between machines: who comes in has proven to be the same user, and so has it.

A search says in its folder on which port it listens; neither the folder nor the network is trusted
with more. Both ends prove that they have the user's key (`rnnsearch.files.own_key`) before anything
is unpickled: each signs what the other has drawn (a challenge and its response, as in RFC 2195,
both ways). What follows is not encrypted: who can change it on its way can do what the user can.
"""

from __future__ import annotations

import contextlib
import hmac
import secrets
import socket
from collections.abc import Sequence

__all__ = ["Refused", "call", "hosts", "listen", "prove", "recognise"]

_MAGIC = b"rnnsearch door 1"
_NONCE = 32
_SIGNED = 32
_SECONDS = 2.0
"""How long the other end may take to prove itself: the driver waits for nobody longer."""

_CALL_SECONDS = 10.0
_IDLE, _BETWEEN, _TIMES = 20, 5, 4
"""Seconds of silence after which a machine is asked whether it is there, and how often."""


class Refused(Exception):
    """The other end has not the user's key."""


def listen() -> socket.socket:
    """A socket on all of this machine's networks, at a port that is free.

    Raises:
        OSError: There can be none.
    """
    both = socket.has_dualstack_ipv6()
    family = socket.AF_INET6 if both else socket.AF_INET
    return socket.create_server(("", 0), family=family, dualstack_ipv6=both, backlog=64)


def hosts() -> list[str]:
    """Names and addresses of this machine, by which others may reach it; the likeliest first."""
    found = [socket.gethostname(), socket.getfqdn()]
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("10.255.255.255", 1))  # sends nothing: the system chooses a network
        found.append(probe.getsockname()[0])
    return list(dict.fromkeys([*found, "127.0.0.1"]))


def call(names: Sequence[str], port: int) -> socket.socket | None:
    """A connection to the first of a machine's names that answers; None where none does."""
    for name in names:
        with contextlib.suppress(OSError):
            return socket.create_connection((name, port), timeout=_CALL_SECONDS)
    return None


def recognise(accepted: socket.socket, key: bytes) -> bool:
    """The driver's side: whether who knocks has the key; then it may be spoken with."""
    drawn = secrets.token_bytes(_NONCE)
    try:
        accepted.settimeout(_SECONDS)
        accepted.sendall(_MAGIC + drawn)
        theirs, signature = _read(accepted, _NONCE), _read(accepted, _SIGNED)
        if not hmac.compare_digest(signature, _sign(key, b"guest", drawn, theirs)):
            return False
        accepted.sendall(_sign(key, b"driver", theirs, drawn))
        _keep(accepted)
    except OSError:
        return False
    return True


def prove(caller: socket.socket, key: bytes) -> None:
    """The guest's side.

    Raises:
        Refused: One of the two has another key, or what answers is no search.
        OSError: The connection is gone.
    """
    caller.settimeout(_CALL_SECONDS)
    if _read(caller, len(_MAGIC)) != _MAGIC:
        raise Refused("what answers there is no search")
    theirs, drawn = _read(caller, _NONCE), secrets.token_bytes(_NONCE)
    caller.sendall(drawn + _sign(key, b"guest", theirs, drawn))
    try:
        signature = _read(caller, _SIGNED)
    except OSError:
        raise Refused("the search has hung up") from None
    if not hmac.compare_digest(signature, _sign(key, b"driver", drawn, theirs)):
        raise Refused("it does not prove to be a search of this user's")
    _keep(caller)


def _sign(key: bytes, who: bytes, challenge: bytes, own: bytes) -> bytes:
    return hmac.digest(key, who + challenge + own, "sha256")


def _read(one: socket.socket, count: int) -> bytes:
    """So many bytes.

    Raises:
        OSError: There are no more, or not in time.
    """
    found = b""
    while len(found) < count:
        more = one.recv(count - len(found))
        if not more:
            raise ConnectionResetError("the other end has hung up")
        found += more
    return found


def _keep(one: socket.socket) -> None:
    """Wait for what comes, for as long as the other machine is there."""
    one.settimeout(None)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    settings = {"TCP_KEEPIDLE": _IDLE, "TCP_KEEPINTVL": _BETWEEN, "TCP_KEEPCNT": _TIMES}
    for name, value in settings.items():
        if hasattr(socket, name):  # not everywhere
            one.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
