"""The command `pressrun`."""

import sys
from importlib.metadata import version
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from pressrun.cli import (
    agents,
    agents_apply,
    agents_versions,
    jobs,
    jobs_ending,
    keys,
    keys_first,
    limits,
    models,
    models_install,
)
from pressrun.cli.audit import audit
from pressrun.cli.backup import backup
from pressrun.cli.demo import demo
from pressrun.cli.doctor import doctor
from pressrun.cli.failure import ExitCode, Failure, report
from pressrun.cli.migrate import migrate
from pressrun.cli.move import move
from pressrun.cli.printing import say
from pressrun.cli.restore import restore
from pressrun.cli.run import run
from pressrun.cli.serve import serve
from pressrun.cli.torture import torture
from pressrun.cli.work import work
from pressrun.errors import Code, PressrunError


class Commands(TyperGroup):
    """All commands; what one refuses becomes lines on standard error and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except Failure as failure:
            report(failure.lines)
            raise typer.Exit(failure.code) from None
        except PressrunError as error:
            report(problem.description for problem in error.problems)
            raise typer.Exit(ExitCode.USAGE if error.code == Code.INVALID else ExitCode.FAILED) from None


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no server answers.",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        say(f"pressrun {version('pressrun')}")
        raise typer.Exit


@app.callback()
def pressrun(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Deploy no-code writing agents and run them asynchronously, one job or a million."""


for command in (serve, work, run, demo, doctor, migrate, audit, torture, backup, restore, move):
    app.command()(command)

for name, group, about in (
    ("agents", (agents_apply, agents, agents_versions), "Define, deploy and look at agents."),
    ("jobs", (jobs, jobs_ending), "Look at jobs, watch, retry, cancel and delete them."),
    ("keys", (keys, keys_first), "Make and revoke API keys."),
    ("limits", (limits,), "Say what the organization may use."),
    ("models", (models, models_install), "Say which models prompts may name."),
):
    noun = typer.Typer(no_args_is_help=True, help=about)
    for part in group:
        for verb, action in part.COMMANDS.items():
            noun.command(verb)(action)
    app.add_typer(noun, name=name)


def main() -> None:
    """The entry of the command."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a terminal that lacks a letter is no reason to fail
    app(prog_name="pressrun")
