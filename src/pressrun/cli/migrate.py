"""`pressrun migrate`: bring the database's schema up to date, before or without starting a server."""

from typing import Annotated

import typer

from pressrun.cli.configuration import load_settings
from pressrun.cli.failure import ExitCode, Failure
from pressrun.cli.flags import AsJson, DatabaseUrl, DataDir
from pressrun.cli.printing import print_json, say
from pressrun.cli.serve import make_folder
from pressrun.store import facts
from pressrun.store.backup import own_facts
from pressrun.store.facts import Fact
from pressrun.store.open import SQLITE, sqlite_path
from pressrun.store.presence import alone_with
from pressrun.store.schema import migrate_database
from pressrun.store.sqlite_connection import connect, drive


def migrate(
    database_url: DatabaseUrl = None,
    data_dir: DataDir = None,
    set_clock: Annotated[
        bool, typer.Option("--set-clock", help="SQLite: let the next start take the machine's time anew.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Apply the steps the database's schema lacks; `serve` does so by itself.

    Example: pressrun migrate --database-url postgresql://pressrun@db/pressrun
    """
    settings = load_settings(database_url=database_url, data_dir=data_dir)
    if settings.database_url is None:
        make_folder(settings)
    applied = migrate_database(settings.store_url, apply=True)
    if set_clock:
        _forget_clock(settings.store_url)
    if as_json:
        print_json({"applied": applied})
        return
    for step in applied:
        say(f"applied {step}")
    if not applied:
        say("nothing to do")


def _forget_clock(url: str) -> None:
    """Leases were given by the old time, so nobody may hold one meanwhile."""
    if not url.startswith(SQLITE):
        raise Failure("PostgreSQL's clock is its server's: set it there", code=ExitCode.USAGE)
    path = sqlite_path(url)
    with alone_with(path):
        connection = connect(path)
        try:
            drive(lambda tx: facts.forget(tx, Fact.CLOCK), own_facts(connection))
        finally:
            connection.close()
