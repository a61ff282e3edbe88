"""Notice a database that silently vanishes: the client's half of what the server has by `tcp_user_timeout`.

Left to itself the kernel repeats what is not acknowledged for a quarter of an hour, and a connection that only listens
would stay deaf for ever.
"""

import socket
from typing import Any

UNACKNOWLEDGED_MS = 10_000
"""How long what was sent may stay unacknowledged before the connection counts as dead."""

SILENCE = {"TCP_KEEPIDLE": 5, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 2}
"""Seconds of silence until the other side is asked, between two questions, and how many stay unanswered."""


async def watch_link(connection: Any) -> None:
    """Set the limits on a connection of asyncpg or of its pool; systems without one of them go without."""
    # asyncpg has no public way to the socket; without it a dead link is noticed by the command's timeout alone.
    transport = getattr(connection, "_transport", None)
    link = None if transport is None else transport.get_extra_info("socket")
    if link is None or link.family not in {socket.AF_INET, socket.AF_INET6}:
        return
    link.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in {**SILENCE, "TCP_USER_TIMEOUT": UNACKNOWLEDGED_MS}.items():
        if (option := getattr(socket, name, None)) is not None:
            link.setsockopt(socket.IPPROTO_TCP, option, value)
