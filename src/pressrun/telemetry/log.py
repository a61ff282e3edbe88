"""Log lines: one JSON object each, with the request's and the job's id where there is one, on standard error."""

import logging
import sys
from collections.abc import MutableMapping
from functools import cache
from typing import Any, Literal, TextIO, cast

import structlog

from pressrun.telemetry.events import JobEvent, ServerEvent

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


def configure(process: str, level: str, style: Literal["json", "console"]) -> None:
    """Set the form of every log line of this process; `process` is api, worker or supervisor."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if style == "json" else structlog.dev.ConsoleRenderer(colors=False)
    )

    def add_process(_logger: object, _name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        line["process"] = process
        return line

    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            add_process,
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=structlog.WriteLoggerFactory(file=cast("TextIO", _StandardError())),
        cache_logger_on_first_use=True,
    )
    _logger.cache_clear()


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
