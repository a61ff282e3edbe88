"""`pressrun webhooks listen`: a webhook for as long as the command runs, printed as it comes, for trying it out."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import typer
from aiohttp import web
from standardwebhooks import Webhook, WebhookVerificationError

from pressrun.cli.client import Refused, Server, at, with_server
from pressrun.cli.failure import ExitCode, Failure
from pressrun.cli.flags import AsJson
from pressrun.cli.printing import print_json, remark, say, warn

LIFETIME_S = 86_400
"""After which the server forgets a webhook whose command was killed."""

LARGEST_BODY = 2**20
HOST = "127.0.0.1"
NOT_ALLOWED = (
    "the server sends nothing to loopback unless its operator allows it: start it with "
    """PRESSRUN_WEBHOOK_PRIVATE_NETWORKS='["127.0.0.0/8"]'"""
)


def listen(
    event: Annotated[
        list[str] | None, typer.Option(help="What to hear of, such as job.failed; repeat it. By default every end.")
    ] = None,
    agent: Annotated[str | None, typer.Option(help="Hear only of this agent's jobs and batches.")] = None,
    rows: Annotated[bool, typer.Option("--rows", help="Hear of the jobs of batches too, one by one.")] = False,
    count: Annotated[int | None, typer.Option(min=1, help="End after so many messages.")] = None,
    as_json: AsJson = False,
) -> None:
    """Print verified webhooks of a server on this machine as they come; the webhook is removed at the end.

    Example: pressrun webhooks listen --event job.completed
    """
    wish = {"events": event or None, "application_id": agent, "rows": rows or None}
    body = {field: value for field, value in wish.items() if value is not None}
    with contextlib.suppress(KeyboardInterrupt, asyncio.CancelledError):  # that is how it ends
        with_server(lambda server: _listen(server, body, count, as_json=as_json))


async def _listen(server: Server, wish: dict[str, Any], count: int | None, *, as_json: bool) -> None:
    messages: asyncio.Queue[tuple[dict[str, str], bytes]] = asyncio.Queue()
    async with _receiver(messages) as url, _webhook(server, {**wish, "url": url}) as made:
        remark(f"Listening as webhook {made['id']} for {', '.join(made['events'])}; Ctrl-C ends it.")
        seen: set[str] = set()
        while count is None or len(seen) < count:
            headers, body = await messages.get()
            if _is_signed(made["secret"], headers, body):
                _print(headers, body, again=headers["webhook-id"] in seen, as_json=as_json)
                seen.add(headers["webhook-id"])
            else:
                warn("a message came whose signature is wrong")


@asynccontextmanager
async def _receiver(messages: "asyncio.Queue[tuple[dict[str, str], bytes]]") -> AsyncIterator[str]:
    """A server on loopback that puts what comes into a queue; its URL."""

    async def take(request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        messages.put_nowait((headers, await request.read()))
        return web.Response(status=204)

    app = web.Application(client_max_size=LARGEST_BODY)
    app.router.add_post("/", take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, 0).start()
        yield f"http://{HOST}:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def _webhook(server: Server, body: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
    """A webhook for a while."""
    try:
        made = await server.ask(
            "POST", at("webhooks"), {**body, "name": "pressrun webhooks listen", "expires_in_s": LIFETIME_S}
        )
    except Refused as refused:
        if any("webhook_private_networks" in line for line in refused.lines):
            raise Failure(NOT_ALLOWED, code=ExitCode.FAILED) from None
        raise
    try:
        yield made
    finally:
        await server.ask("DELETE", at("webhooks", made["id"]))


def _is_signed(secret: str, headers: dict[str, str], body: bytes) -> bool:
    try:
        Webhook(secret).verify(body, headers, json_parse=False)
    except (WebhookVerificationError, ValueError):
        return False
    return True


def _print(headers: dict[str, str], body: bytes, *, again: bool, as_json: bool) -> None:
    message = json.loads(body)
    if as_json:
        print_json({"id": headers["webhook-id"], "again": again, **message})
        return
    data = message["data"]
    about = data.get("id", "") if isinstance(data, dict) else ""
    say(f"{message['timestamp']} {message['type']} {about}{' (again)' if again else ''}")


COMMANDS = {"listen": listen}
