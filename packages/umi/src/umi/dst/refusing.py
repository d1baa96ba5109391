"""What asyncio's loops can do and a simulated one refuses, each with what to do instead."""

from __future__ import annotations

import asyncio
from typing import Any, Final, NoReturn

from umi.errors import Unsupported

_THREADS: Final = (
    "It would run in a thread, which runs when the machine lets it. Use an InlineLane, or call it directly."
)
_SOCKETS: Final = (
    "There are no sockets in a simulated run. Let nodes speak over a SimNetwork, with SimServer and SimTransport."
)
_PROGRAMS: Final = "There are no other programs in a simulated run. Start a Process of the simulation."
_SIGNALS: Final = "There are no signals in a simulated run. Kill a Process of the simulation, or cancel a task."
_FACTORIES: Final = "A simulated loop makes its own tasks, which are numbered. Leave the factory out."

REFUSED: Final = {
    **dict.fromkeys(("run_in_executor", "set_default_executor"), _THREADS),
    **dict.fromkeys(
        (
            "getaddrinfo getnameinfo create_connection create_server start_tls sendfile create_unix_connection "
            "create_unix_server connect_accepted_socket create_datagram_endpoint add_reader remove_reader add_writer "
            "remove_writer sock_recv sock_recv_into sock_recvfrom sock_recvfrom_into sock_sendall sock_sendto "
            "sock_connect sock_accept sock_sendfile"
        ).split(),
        _SOCKETS,
    ),
    **dict.fromkeys(("connect_read_pipe", "connect_write_pipe", "subprocess_shell", "subprocess_exec"), _PROGRAMS),
    **dict.fromkeys(("add_signal_handler", "remove_signal_handler"), _SIGNALS),
    "set_task_factory": _FACTORIES,
}
"""The methods, with the reason and the remedy."""


def refuse_all(loop: type) -> None:
    """Let a class of loops refuse them."""
    for name, why in REFUSED.items():
        setattr(loop, name, _refusing(name, why))


def refusal(loop: asyncio.AbstractEventLoop, why: str) -> Unsupported:
    """Return what to raise. The run fails of it in any case, also where a program catches all errors."""
    error = Unsupported(why)
    loop.call_exception_handler({"message": "a simulated program reached for what is outside", "exception": error})
    return error


def _refusing(name: str, why: str) -> Any:
    def refuse(loop: asyncio.AbstractEventLoop, *_: Any, **__: Any) -> NoReturn:
        raise refusal(loop, f"A simulated event loop has no {name}. {why}")

    refuse.__name__ = name
    refuse.__doc__ = "Refuse it; see `umi.dst.refusing`."
    return refuse
