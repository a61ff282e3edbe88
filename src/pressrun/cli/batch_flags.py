"""What may be said of a batch on the command line, and how the API takes it."""

import json
import re
from collections.abc import Sequence
from typing import Annotated

import typer

from pressrun.cli.failure import ExitCode, Failure

File = Annotated[str, typer.Argument(metavar="FILE", help="CSV, XLSX, JSON or JSONL; - reads standard input.")]
Output = Annotated[
    str | None, typer.Option("--output", "-o", help="Where to write the results: .csv, .jsonl or .xlsx.")
]
Map = Annotated[
    list[str] | None,
    typer.Option("--map", metavar="COLUMN=INPUT", help="A column that feeds an input of another name; repeatable."),
]
MaxCost = Annotated[str | None, typer.Option(metavar="DOLLARS", help="Pause before more than that is spent.")]
Sample = Annotated[int | None, typer.Option(min=1, help="Run so many rows first, show them, and ask.")]
Canary = Annotated[int | None, typer.Option(min=1, help="Run so many rows first, and go on only if they go well.")]
Deadline = Annotated[
    str | None,
    typer.Option(metavar="DURATION", help="Rows that have not ended by then fail: 90min, 6h, 2d; usually 7d."),
]
WebhookUrl = Annotated[
    str | None, typer.Option(metavar="URL", help="Tell it when the batch ends, or pauses by itself.")
]
StopOnErrors = Annotated[
    str | None, typer.Option(metavar="SHARE", help="Pause when more than such a share fails, like 5%.")
]
SkipBad = Annotated[bool, typer.Option("--skip-bad", help="Run the other rows when some cannot be.")]
Priority = Annotated[int | None, typer.Option(min=0, max=9, help="0 is the most urgent, 9 the least; usually 5.")]
Dedupe = Annotated[bool, typer.Option("--dedupe/--no-dedupe", help="Ask once for rows of the same inputs.")]
Reuse = Annotated[bool, typer.Option("--reuse", help="Take results of earlier batches for the same inputs.")]
Name = Annotated[str | None, typer.Option(help="What to call the batch; otherwise as the file.")]
Said = Annotated[str | None, typer.Option("--format", help="The file's format, if its name does not tell.")]
Encoding = Annotated[str | None, typer.Option(help="The file's encoding, if it is not found.")]
Delimiter = Annotated[str | None, typer.Option(help="comma, semicolon, tab or pipe, if it is not found.")]
Sheet = Annotated[str | None, typer.Option(help="The workbook's sheet, if not the first.")]
Raw = Annotated[bool, typer.Option("--raw", help="Leave text that could be a formula as it is.")]
IdempotencyKey = Annotated[str | None, typer.Option(help="A word of your own; the same again is the same batch.")]

SECONDS = {"s": 1, "min": 60, "h": 3_600, "d": 86_400}
_PART = re.compile(r"(\d+)\s*(s|min|h|d)\s*")
_DURATION = re.compile(rf"(?:{_PART.pattern})+")


def as_map(pairs: Sequence[str]) -> str | None:
    """`COLUMN=INPUT`s as the API takes them; raises Failure (usage)."""
    found = {}
    for pair in pairs:
        column, equals, target = pair.partition("=")
        if not equals or not column.strip():
            raise Failure(
                f"{pair!r} is no map: write --map COLUMN=INPUT, in quotes if it has spaces", code=ExitCode.USAGE
            )
        found[column] = target
    return json.dumps(found) if found else None


def as_seconds(duration: str | None, flag: str) -> int | None:
    """A duration as the API takes it; raises Failure (usage)."""
    if duration is None:
        return None
    if not _DURATION.fullmatch(duration.strip()):
        known = ", ".join(SECONDS)
        raise Failure(
            f"{flag} {duration!r} is no duration: write a number and a unit ({known}), like 90min or 2d",
            code=ExitCode.USAGE,
        )
    return sum(int(number) * SECONDS[unit] for number, unit in _PART.findall(duration))


def in_flags(line: str) -> str:
    """What the API says of an option, with the flag that gives it."""
    for name, flag in FLAGS.items():
        line = re.sub(rf"^{name}\b", flag, line)
    line = _UNFED.sub(r'\g<0> with --map "COLUMN=\1"', line)
    return line.replace("send on_bad_rows=skip", "say --skip-bad")


_UNFED = re.compile(r'^no column for the required input "(.*)": name a column so, or map one of .* to it')


FLAGS = {
    "max_cost": "--max-cost",
    "stop_on_errors": "--stop-on-errors",
    "deadline_s": "--deadline (in seconds)",
    "webhook_url": "--webhook-url",
    "sample": "--sample",
    "canary": "--canary",
    "priority": "--priority",
    "map": "--map",
    "name": "--name",
    "format": "--format",
    "encoding": "--encoding",
    "delimiter": "--delimiter",
}
