"""Log lines: one JSON object each, with the request's and the job's id where there is one, on standard error."""

import json
import logging
import sys
from collections.abc import Callable, MutableMapping
from contextvars import ContextVar
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any, Literal, TextIO, cast

import msgspec

from pressrun.telemetry.events import JobEvent, ServerEvent


def _structlog() -> ModuleType:
    """structlog, which loads much of rich when it can: a tenth of a process's start, for tracebacks we do not print."""
    rich = sys.modules.get("rich")
    sys.modules["rich"] = None  # type: ignore[assignment] # the import system's word for "not to be found"
    try:
        return import_module("structlog")
    finally:
        if rich is None:
            del sys.modules["rich"]
        else:
            sys.modules["rich"] = rich


structlog: Any = _structlog()

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


Line = MutableMapping[str, Any]

_context: ContextVar[dict[str, Any]] = ContextVar("log_context", default={})  # noqa: B039 - never changed in place


def begin(**fields: Any) -> None:
    """Fields of every line that this task writes from now on, in place of those before."""
    _context.set(fields)


def bind(**fields: Any) -> None:
    """Further fields of every line that this task writes from now on."""
    _context.set({**_context.get(), **fields})


def configure(process: str, level: str, style: Literal["json", "console"]) -> None:
    """Set the form of every log line of this process; `process` is api, worker or supervisor."""
    renderer = (
        structlog.processors.JSONRenderer(serializer=_as_json)
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )

    def add_context(_logger: object, _name: str, line: Line) -> Line:
        line.update(_context.get())
        line["process"] = process
        return line

    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            add_context,
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=structlog.WriteLoggerFactory(file=cast("TextIO", _StandardError())),
        cache_logger_on_first_use=True,
    )
    _logger.cache_clear()


def _as_json(line: Line, default: Callable[[Any], Any]) -> str:
    try:
        return msgspec.json.encode(line, enc_hook=default).decode()
    except UnicodeEncodeError:  # half of a surrogate pair, which only the standard library writes
        return json.dumps(line, default=default)


class _StandardError:
    """Standard error as it is when a line is written: it may have been put somewhere else since."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


@cache
def _logger() -> Any:
    """The logger, put together once: doing it for every line costs more than a line that is not written."""
    return structlog.get_logger().bind()


def emit(event: ServerEvent | JobEvent, **fields: Any) -> None:
    """Write an event to the log."""
    _logger().info(str(event), **fields)


def warn(event: ServerEvent | JobEvent, **fields: Any) -> None:
    """Write an event that somebody should look at; `exc_info=True` adds the exception being handled."""
    _logger().warning(str(event), **fields)
