"""Flags that many commands share."""

from pathlib import Path
from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document, for programs.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Agent = Annotated[str, typer.Argument(metavar="AGENT", help="The agent's alias or id.")]
BatchId = Annotated[str, typer.Argument(metavar="BATCH", help="The batch's id.")]
JobId = Annotated[str, typer.Argument(metavar="JOB", help="The job's id.")]
DataDir = Annotated[
    Path | None,
    typer.Option(help="Folder of the embedded database, keys and secrets; ~/.local/share/pressrun by default."),
]
DatabaseUrl = Annotated[
    str | None, typer.Option(help="postgresql://… or sqlite:///PATH. By default SQLite in the data folder.")
]
Workers = Annotated[int | None, typer.Option(help="Worker processes to start; 1 by default.")]
Concurrency = Annotated[int | None, typer.Option(help="Jobs that one worker process runs at once; 200 by default.")]
LogFormat = Annotated[
    str | None, typer.Option(help="Log lines for programs (json, the default) or for people (console).")
]
