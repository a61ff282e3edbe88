"""The receiver of webhooks: checks every signature with the standard's own library, and logs each as it comes."""

import asyncio
import json
import time

from aiohttp import web
from standardwebhooks import Webhook, WebhookVerificationError

from pressrun.torture.batch_records import BatchHook
from pressrun.torture.client import Client, Failure
from pressrun.torture.journal import Journal
from pressrun.torture.records import Hook

ENVIRONMENT = {"PRESSRUN_WEBHOOK_PRIVATE_NETWORKS": '["127.0.0.0/8"]'}
"""What a server needs to be allowed to send to this one."""

LARGEST_BODY = 2**20


class Sink:
    """Listens on a free port of loopback; answers after `pause_s` seconds, and with `status`."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._secrets: list[str] = []
        self._runner: web.AppRunner | None = None
        self.status = 204
        self.pause_s = 0.0
        self.unanswered = 0
        """Hooks that have come and are not answered yet."""
        self.refused = 0
        """Hooks that were answered with no success."""
        self.repeated = 0
        """Hooks that came again under an id that was there before."""
        self._ids: set[str] = set()
        self._about: set[str] = set()

    @property
    def url(self) -> str:
        """Where it listens."""
        assert self._runner is not None
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}/"

    async def start(self) -> None:
        """Listen."""
        app = web.Application(client_max_size=LARGEST_BODY)
        app.router.add_post("/", self._take)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()

    async def stop(self) -> None:
        """Hang up."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def register(self, client: Client) -> str:
        """Have the server tell this sink of every job, rows too, and of every batch; the webhook's id."""
        made = await client.must("POST", "/v1/webhooks", {"url": self.url, "rows": True})
        self._secrets.append(made["secret"])
        return str(made["id"])

    async def rotate(self, client: Client, webhook_id: str) -> None:
        """Have the server use a new secret, and accept either from now on."""
        self._secrets.append((await client.must("POST", f"/v1/webhooks/{webhook_id}/rotate"))["secret"])

    async def told(self, client: Client, timeout_s: float) -> bool:
        """Wait until the server has nothing left to tell; False when the time ran out."""
        until, quiet = time.monotonic() + timeout_s, 0
        while time.monotonic() < until:
            quiet = quiet + 1 if await _is_quiet(client) else 0
            if quiet > 2:
                return True
            await asyncio.sleep(1.5)
        return False

    def heard(self, job_id: str) -> bool:
        """Whether anything was told of a job, whatever it was answered."""
        return job_id in self._about

    async def _take(self, request: web.Request) -> web.Response:
        began, body = time.monotonic(), await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        hook = _hook(began, headers.get("webhook-id", ""), body, verified=self._is_signed(headers, body))
        self._journal.write(hook)
        self.repeated += hook.id in self._ids
        self._ids.add(hook.id)
        self._about.add(hook.batch_id if isinstance(hook, BatchHook) else hook.job_id)
        self.unanswered += 1
        try:
            await asyncio.sleep(self.pause_s)
        finally:
            self.unanswered -= 1
        self.refused += self.status >= 300
        return web.Response(status=self.status)

    def _is_signed(self, headers: dict[str, str], body: bytes) -> bool:
        for secret in self._secrets:
            try:
                Webhook(secret).verify(body, headers, json_parse=False)
            except (WebhookVerificationError, ValueError):
                continue
            return True
        return False


async def _is_quiet(client: Client) -> bool:
    try:
        status, page = await client.ask("GET", "/v1/webhooks/deliveries?state=pending&limit=1")
    except Failure:
        return False
    return status == 200 and not page["data"]


def _hook(at: float, hook_id: str, body: bytes, *, verified: bool) -> Hook | BatchHook:
    try:
        message = json.loads(body)
        event, data = str(message["type"]), dict(message["data"])
    except (ValueError, KeyError, TypeError):
        event, data = "", {}
    about = str(data.get("id"))
    if event.startswith("batch."):
        return BatchHook(at, hook_id, about, event, verified)
    return Hook(at, hook_id, about, str(data.get("state")), verified, int(data.get("generation", 1)))
