"""The API process: `python -m pressrun.api.process DESCRIPTOR`, on a socket its supervisor listens on."""

import asyncio
import contextlib
import signal
import socket
import sys

import uvicorn
import uvloop

from pressrun.api.app import create_app
from pressrun.lifeline import watch_parent
from pressrun.settings import Settings
from pressrun.system import open_system
from pressrun.telemetry import log

IDLE_S = 5
"""How long a silent connection is kept."""

CLOSE_S = 5
"""How long answers under way get when the server stops; streams would otherwise hold it for ever."""


async def serve(listener: socket.socket, settings: Settings) -> None:
    """Answer until told to stop or until the supervisor is gone."""
    stopping = asyncio.Event()
    async with open_system(settings) as system:
        config = uvicorn.Config(
            create_app(system, stopping),
            http="httptools",
            lifespan="off",
            proxy_headers=False,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=IDLE_S,
            timeout_graceful_shutdown=CLOSE_S,
        )
        server = _Server(config)

        def stop() -> None:
            stopping.set()
            server.should_exit = True

        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop)
        watch_parent(stop)
        await server.serve(sockets=[listener])


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self):  # type: ignore[no-untyped-def] # noqa: ANN202 - signals are handled above
        yield


def main() -> None:
    """The process's entry."""
    settings = Settings()
    log.configure("api", settings.log_level, settings.log_format)
    listener = socket.socket(fileno=int(sys.argv[1]))
    uvloop.run(serve(listener, settings))


if __name__ == "__main__":
    main()
