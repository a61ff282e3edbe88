"""What commands print: text for people, tables, and JSON for programs; nothing printed can command a terminal."""

import json
import re
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from pressrun.cli.tables import fitted

WIDE = 10_000
"""Columns of what is no terminal: tables there are never folded."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_UNSAFE_IN_JSON = re.compile(r"[\x7f-\x9f\ud800-\udfff]")

STATE_STYLES = {
    "completed": "green",
    "deployed": "green",
    "ok": "green",
    "running": "cyan",
    "waiting": "yellow",
    "warn": "yellow",
    "draft": "yellow",
    "failed": "red",
    "fail": "red",
    "cancelled": "magenta",
}


def output() -> Console:
    """Standard output."""
    return _console(stderr=False)


def errors() -> Console:
    """Standard error: problems, progress, and remarks that no program reads."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> Console:
    terminal = (sys.stderr if stderr else sys.stdout).isatty()
    return Console(stderr=stderr, highlight=False, soft_wrap=True, width=None if terminal else WIDE)


def plain(text: str) -> str:
    """Text whose control characters, and with them every escape sequence, are shown instead of obeyed."""
    return _CONTROL.sub(_shown, text.replace("\r\n", "\n"))


def _shown(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"


def say(text: str = "", *, style: str = "") -> None:
    """A line on standard output."""
    output().print(Text(plain(text), style))


def remark(text: str) -> None:
    """A line on standard error."""
    errors().print(Text(plain(text)))


def warn(text: str) -> None:
    """A warning on standard error."""
    errors().print(Text.assemble(("warning: ", "bold yellow"), plain(text)))


def print_result(text: str) -> None:
    """What a job wrote: made harmless on a terminal, as it is where a program or a file takes it."""
    if sys.stdout.isatty():
        say(text)
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace") + b"\n")
    sys.stdout.flush()


def print_json(value: Any) -> None:
    """One JSON document."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    sys.stdout.write(_UNSAFE_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n")


def print_table(headers: Sequence[str], rows: Iterable[Sequence[object]], *, empty: str) -> None:
    """A table; `empty` is said when it has no rows."""
    cells = [[_cell(value) for value in row] for row in rows]
    if cells:
        console = output()
        console.print(fitted(headers, cells, console.width))
    else:
        remark(empty)


def _cell(value: object) -> Text:
    text = "" if value is None else plain(str(value)).replace("\n", " ")
    return Text(text, STATE_STYLES.get(text, ""), overflow="fold")


def moment(timestamp: str | None) -> str:
    """A time of the API, to the second."""
    return "" if timestamp is None else f"{timestamp[:19].replace('T', ' ')}Z"
