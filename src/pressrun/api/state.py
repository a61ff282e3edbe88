"""What every handler finds on the application."""

import asyncio

from starlette.requests import Request

from pressrun.system import System


def system_of(request: Request) -> System:
    """The system this server serves."""
    system: System = request.app.state.system
    return system


def stopping_of(request: Request) -> asyncio.Event:
    """Set when the server is about to stop: whoever waits for long answers now."""
    stopping: asyncio.Event = request.app.state.stopping
    return stopping
