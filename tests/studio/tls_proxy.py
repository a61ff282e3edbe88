"""A reverse proxy with TLS, as one stands in front of a server: it ends TLS, keeps `Host`, adds `X-Forwarded-For`."""

import asyncio
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import aiohttp
from aiohttp import web

CLIENT = "203.0.113.7"
"""Where every client of the proxy is said to come from."""

BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "host"}


class TlsProxy:
    """Listens on a port of its own from the start; passes on to `target` once that is told."""

    def __init__(self, name: str, certificate: tuple[Path, Path]) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://{name}:{self._socket.getsockname()[1]}"
        self._certificate = certificate
        self.target = ""

    @contextmanager
    def running(self) -> Iterator[None]:
        """In a thread with an event loop of its own: Playwright has that of the tests."""
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever)
        thread.start()
        runner = asyncio.run_coroutine_threadsafe(self._start(), loop).result()
        try:
            yield
        finally:
            asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result()
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()

    async def _start(self) -> web.AppRunner:
        app = web.Application(client_max_size=2**30)
        app.router.add_route("*", "/{path:.*}", self._pass_on)
        runner = web.AppRunner(app, shutdown_timeout=1)
        await runner.setup()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self._certificate)
        await web.SockSite(runner, self._socket, ssl_context=context).start()
        return runner

    async def _pass_on(self, request: web.Request) -> web.StreamResponse:
        headers = {name: value for name, value in request.headers.items() if name.lower() not in BY_HOP}
        headers |= {"Host": request.headers["Host"], "X-Forwarded-For": CLIENT, "X-Forwarded-Proto": "https"}
        body = request.content if request.body_exists else None
        async with (
            aiohttp.ClientSession(auto_decompress=False) as session,
            session.request(
                request.method, self.target + request.raw_path, headers=headers, data=body, allow_redirects=False
            ) as answer,
        ):
            response = web.StreamResponse(status=answer.status)
            for name, value in answer.headers.items():
                if name.lower() not in BY_HOP:
                    response.headers.add(name, value)
            await response.prepare(request)
            with suppress(ConnectionError):  # the browser has seen enough
                async for piece in answer.content.iter_any():
                    await response.write(piece)
            return response


def self_signed(folder: Path, name: str) -> tuple[Path, Path]:
    """A certificate for a name that it signed itself, and its key."""
    crt, key = folder / "crt.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", crt, "-days", "1",
         "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return crt, key
