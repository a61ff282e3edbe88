"""What every handler finds on the application."""

import asyncio

from starlette.requests import Request

from pressrun.api.callers import Callers
from pressrun.batches.series import SeriesReader
from pressrun.system import System


def system_of(request: Request) -> System:
    """The system this server serves."""
    system: System = request.app.state.system
    return system


def series_of(request: Request) -> SeriesReader:
    """What reads the series of batches, for all requests together."""
    reader: SeriesReader = request.app.state.series
    return reader


def leaving_of(request: Request) -> asyncio.Event:
    """Set when the server was asked to stop: it still answers, but balancers had better go elsewhere."""
    leaving: asyncio.Event = request.app.state.leaving
    return leaving


def stopping_of(request: Request) -> asyncio.Event:
    """Set when the server is about to stop: whoever waits for long answers now."""
    stopping: asyncio.Event = request.app.state.stopping
    return stopping


def callers_of(request: Request) -> Callers:
    """The keys and sessions this process knows."""
    callers: Callers = request.app.state.callers
    return callers


def started_at_of(request: Request) -> int:
    """When this process began to answer, in microseconds since the epoch."""
    started_at: int = request.app.state.started_at
    return started_at
