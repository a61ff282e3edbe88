"""A model provider of the tests: it proves which input an answer belongs to, and which of its calls made it."""

import asyncio
import hashlib
import hmac
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from aiohttp import web

SECRET = b"only the mock knows"


def seal(nonce: str) -> str:
    """What an answer to a nonce carries: nobody else can make it."""
    return hmac.new(SECRET, nonce.encode(), hashlib.sha256).hexdigest()[:32]


@dataclass
class MockModel:
    """Answers `ANS:<seal of the nonce>:call=<serial>` after `latency_s`, which is asked for every call."""

    latency_s: Callable[[str, int], float]
    port: int = 0
    calls: "Counter[str]" = field(default_factory=Counter)
    in_flight: set[str] = field(default_factory=set)

    @property
    def base_url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}/v1"

    async def answer(self, request: web.Request) -> web.Response:
        """One chat completion."""
        nonce = (await request.json())["messages"][-1]["content"]
        self.calls[nonce] += 1
        serial = self.calls[nonce]
        self.in_flight.add(nonce)
        try:
            await asyncio.sleep(self.latency_s(nonce, serial))
        finally:
            self.in_flight.discard(nonce)
        message = {"role": "assistant", "content": f"ANS:{seal(nonce)}:call={serial}"}
        return web.json_response(
            {
                "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
                "usage": {"prompt_tokens": 1, "completion_tokens": 1},
            }
        )


@contextmanager
def mock_model(latency_s: Callable[[str, int], float], kind: type[MockModel] = MockModel) -> Iterator[MockModel]:
    """The provider on a free loopback port, in a thread of its own."""
    mock = kind(latency_s)
    ready = threading.Event()
    ends: list[Callable[[], object]] = []

    async def serve() -> None:
        loop, stop = asyncio.get_running_loop(), asyncio.Event()
        ends.append(lambda: loop.call_soon_threadsafe(stop.set))
        app = web.Application()
        app.router.add_post("/v1/chat/completions", mock.answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        mock.port = runner.addresses[0][1]
        ready.set()
        await stop.wait()
        await runner.cleanup()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))  # which ends what still hangs in a connection, too
    thread.start()
    ready.wait()
    try:
        yield mock
    finally:
        ends[0]()
        thread.join()
