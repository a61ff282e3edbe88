"""The API process: `python -m pressrun.api.process [DESCRIPTOR]`, on a socket its supervisor listens on.

Without a descriptor it waits for its orders (`pressrun.orders`).
"""

import asyncio
import contextlib
import functools
import signal
import socket
import sys

import uvicorn
import uvloop
from starlette.types import ASGIApp

from pressrun.api.app import create_app
from pressrun.api.connection import Connection
from pressrun.api.slow_clients import SlowClients, connections_possible
from pressrun.api.telling import sender_of
from pressrun.batches.keeper import Keeper
from pressrun.garbage import spare_what_stays
from pressrun.jobs.keeping_up import keep_up
from pressrun.knowledge.forgetting import keep_forgetting
from pressrun.knowledge.sweep import keep_sweeping
from pressrun.lifeline import watch_parent
from pressrun.orders import read_orders
from pressrun.settings import Settings
from pressrun.studio.built import built_files
from pressrun.studio.pages import Pages
from pressrun.system import open_system
from pressrun.telemetry import log

IDLE_S = 5
"""How long a silent connection is kept."""

UPKEEP_S = 5.0

CLOSE_S = 5
"""How long answers under way get when the server stops; streams would otherwise hold it for ever."""


async def serve(listener: socket.socket, settings: Settings) -> None:
    """Answer until told to stop or until the supervisor is gone."""
    stopping, leaving = asyncio.Event(), asyncio.Event()
    async with open_system(settings) as system:
        app = create_app(system, stopping, leaving, Pages(built_files()))
        server = HttpServer(app, connections_possible(settings.max_connections))

        def stop() -> None:
            stopping.set()
            server.should_exit = True

        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop)
        watch_parent(stop, leaving.set)
        keeping = [
            asyncio.create_task(keep_up(system.store, settings.lease_s, every_s=UPKEEP_S)),
            asyncio.create_task(Keeper(system.store, system.definitions).keep()),
            asyncio.create_task(sender_of(system).run()),
            asyncio.create_task(keep_sweeping(system.store, system.blobs)),
            asyncio.create_task(keep_forgetting(system.store)),
        ]
        spare_what_stays()
        try:
            await server.serve(sockets=[listener])
        finally:
            for task in keeping:
                task.cancel()
            await asyncio.gather(*keeping, return_exceptions=True)
            await app.close()


class HttpServer(uvicorn.Server):
    """uvicorn with our connections; at most `connections` at a time."""

    def __init__(self, app: ASGIApp, connections: int, *, close_s: int = CLOSE_S) -> None:
        self.slow_clients = SlowClients(connections)
        super().__init__(
            uvicorn.Config(
                app,
                http=functools.partial(Connection, slow_clients=self.slow_clients),  # type: ignore[arg-type]
                ws="none",
                lifespan="off",
                proxy_headers=False,
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_keep_alive=IDLE_S,
                timeout_graceful_shutdown=close_s,
            )
        )

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        watching = asyncio.create_task(self.slow_clients.watch())
        try:
            await super().serve(sockets)
        finally:
            watching.cancel()

    @contextlib.contextmanager
    def capture_signals(self):  # type: ignore[no-untyped-def] # noqa: ANN201 - signals are handled by the process
        yield


def main() -> None:
    """The process's entry."""
    descriptor = int(sys.argv[1]) if len(sys.argv) > 1 else read_orders()
    if descriptor is None:
        return
    settings = Settings()
    log.configure("api", settings.log_level, settings.log_format)
    listener = socket.socket(fileno=descriptor)
    uvloop.run(serve(listener, settings))


if __name__ == "__main__":
    main()
