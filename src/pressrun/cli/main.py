"""The command `pressrun`."""

import sys
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from pressrun.cli.failure import ExitCode, Failure, report
from pressrun.cli.printing import say
from pressrun.errors import Code, PressrunError

COMMANDS = (
    "serve",
    "work",
    "run",
    "batch",
    "demo",
    "doctor",
    "studio",
    "migrate",
    "audit",
    "usage",
    "torture",
    "backup",
    "restore",
    "move",
)
"""Each is the function of its name in the module of its name."""

NOUNS = {
    "agents": (("agents_apply", "agents", "agents_versions", "agents_template"), "Define, deploy and look at agents."),
    "batches": (
        ("batches", "batches_control", "batches_correct"),
        "Look at batches, watch, pause, resume, cancel, retry and correct them.",
    ),
    "files": (("files_upload", "files"), "Upload files for agents and graphs, look at them, download and delete them."),
    "graphs": (
        ("graphs", "graphs_filling", "graphs_asking"),
        "Make graphs of files, fill them, search them and ask them questions.",
    ),
    "jobs": (("jobs", "jobs_ending"), "Look at jobs, watch, retry, cancel and delete them."),
    "keys": (("keys", "keys_first"), "Make and revoke API keys."),
    "limits": (("limits",), "Say what the organization may use."),
    "models": (("models", "models_install"), "Say which models prompts may name."),
    "secret-key": (("secret_key",), "Change the key that seals stored secrets."),
    "sessions": (("sessions",), "See who is signed in to the studio, and sign them out."),
    "webhooks": (
        ("webhooks", "webhooks_deliveries", "webhooks_listen"),
        "Say who is told when jobs and batches have ended.",
    ),
}
"""The modules of each, and what it is about; `COMMANDS` in a module has its verbs."""


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


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415 - slow to import, for one flag

        say(f"pressrun {version('pressrun')}")
        raise typer.Exit


def pressrun(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Deploy no-code writing agents and run them asynchronously, one job or a million."""


def build(word: str | None = None) -> typer.Typer:
    """The command with all that is under it, or with `word` alone when it is one of its words.

    `pressrun serve` would otherwise wait for the imports of every other command.
    """
    app = typer.Typer(
        cls=Commands,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        epilog="Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no server answers.",
    )
    app.callback()(pressrun)
    every = word not in {*COMMANDS, *NOUNS}
    for name in COMMANDS:
        if every or name == word:
            app.command()(getattr(_module(name), name))
    for name, (modules, about) in NOUNS.items():
        if every or name == word:
            noun = typer.Typer(no_args_is_help=True, help=about)
            for verb, action in (pair for module in modules for pair in _module(module).COMMANDS.items()):
                noun.command(verb)(action)
            app.add_typer(noun, name=name)
    return app


def _module(name: str) -> Any:
    return import_module(f"pressrun.cli.{name}")


def main(head_start: Any = None) -> None:
    """Run the command that the arguments name; `head_start` is what its entry has begun for it."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a terminal that lacks a letter is no reason to fail
    build(sys.argv[1] if len(sys.argv) > 1 else None)(prog_name="pressrun", obj=head_start)
