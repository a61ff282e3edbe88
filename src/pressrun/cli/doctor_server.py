"""What `pressrun doctor` asks the server, if one runs."""

import asyncio
from collections.abc import Iterator
from typing import Any

from pressrun.cli.client import Refused, Unreachable, at, open_server
from pressrun.cli.configuration import find_server
from pressrun.cli.credentials import Credentials
from pressrun.cli.failure import Failure
from pressrun.cli.listening import listen
from pressrun.doctor.finding import Finding
from pressrun.settings import Settings

ANSWER_S = 10.0


def findings(settings: Settings) -> Iterator[Finding]:
    """Whether the server answers and is ready, whether the key opens it, and whether a new one could listen."""
    try:
        credentials = find_server(settings)
        ready = asyncio.run(_ready(credentials))
    except Unreachable:
        yield Finding("server", "warn", "none answers", "`pressrun serve` starts one, PRESSRUN_URL names another")
        yield _port(settings)
        return
    except Failure as failure:
        yield Finding("server", "fail", str(failure), "see its log")
        return
    if ready.get("workers") != "ok":
        fix = "start it with --workers 1 or more, or `pressrun work`"
        yield Finding("server", "warn", f"{credentials.url} is ready, but no worker is alive: jobs only wait", fix)
    else:
        yield Finding("server", "ok", f"{credentials.url} is ready")
    yield asyncio.run(_key(credentials))


async def _ready(credentials: Credentials) -> dict[str, Any]:
    async with open_server(credentials) as server:
        ready: dict[str, Any] = await server.ask("GET", "/readyz", timeout_s=ANSWER_S)
        return ready


async def _key(credentials: Credentials) -> Finding:
    if credentials.api_key is None:
        return Finding("key", "warn", f"none for {credentials.url}", "set PRESSRUN_API_KEY")
    async with open_server(credentials) as server:
        try:
            await server.ask("GET", at("models"), timeout_s=ANSWER_S)
        except Refused as refused:
            if refused.status != 403:  # a key that may do other things is good
                return Finding("key", "fail", refused.lines[0], "set PRESSRUN_API_KEY to a key of this server")
        except Unreachable as unreachable:
            return Finding("key", "fail", str(unreachable), "see the server's log")
    return Finding("key", "ok", "accepted")


def _port(settings: Settings) -> Finding:
    try:
        listen(settings.host, settings.port).close()
    except Failure as failure:
        return Finding("port", "fail", str(failure))
    return Finding("port", "ok", f"{settings.host}, port {settings.port} is free")
