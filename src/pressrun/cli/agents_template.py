"""`pressrun agents template`: a file to fill in for a batch."""

from typing import Annotated

import typer

from pressrun.cli.batch_results import STANDARD_OUTPUT, ResultFormat, download, format_of, refuse_unwritable
from pressrun.cli.client import at, with_server
from pressrun.cli.failure import ExitCode, Failure
from pressrun.cli.flags import Agent
from pressrun.cli.printing import remark


def template(
    agent: Agent,
    output: Annotated[
        str, typer.Option("--output", "-o", help="Where to write it: .csv or .xlsx; standard output otherwise.")
    ] = STANDARD_OUTPUT,
) -> None:
    """Write a file to fill in: an agent's inputs as columns, and one row that shows what goes where.

    Example: pressrun agents template product-description -o products.xlsx
    """
    kind = format_of(output, None)
    if kind == ResultFormat.JSONL:
        raise Failure(f"{output}: a template is written as .csv or .xlsx", code=ExitCode.USAGE)
    refuse_unwritable(output)
    path = at("applications", agent, "batches", "template")
    with_server(lambda server: download(server, path, {"format": kind}, output))
    if output != STANDARD_OUTPUT:
        remark(f"fill in {output}, then: pressrun batch {agent} {output} -o results.csv")


COMMANDS = {"template": template}
