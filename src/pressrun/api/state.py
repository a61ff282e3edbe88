"""What every handler finds on the application."""

import asyncio

from starlette.requests import Request

from pressrun.system import System


def system_of(request: Request) -> System:
    """The system this server serves."""
    system: System = request.app.state.system
    return system


def leaving_of(request: Request) -> asyncio.Event:
    """Set when the server was asked to stop: it still answers, but balancers had better go elsewhere."""
    leaving: asyncio.Event = request.app.state.leaving
    return leaving


def stopping_of(request: Request) -> asyncio.Event:
    """Set when the server is about to stop: whoever waits for long answers now."""
    stopping: asyncio.Event = request.app.state.stopping
    return stopping
