"""`pressrun move`: from SQLite to PostgreSQL, or back."""

import asyncio
from typing import Annotated

import typer

from pressrun.cli.configuration import load_settings
from pressrun.cli.failure import ExitCode, Failure
from pressrun.cli.flags import AsJson, DatabaseUrl, DataDir
from pressrun.cli.long_work import shown, told
from pressrun.cli.printing import print_json, say
from pressrun.organizations import audit
from pressrun.organizations.audit import Action
from pressrun.settings import Settings
from pressrun.store.moving import mark, without_password
from pressrun.store.moving import move as carry
from pressrun.store.open import POSTGRES
from pressrun.store.store import Transaction


def move(
    to: Annotated[str | None, typer.Option(help="Address of the new database, which nobody has used yet.")] = None,
    database_url: DatabaseUrl = None,
    data_dir: DataDir = None,
    undo: Annotated[bool, typer.Option("--undo", help="Make a database that was moved usable again.")] = False,
    as_json: AsJson = False,
) -> None:
    """Carry everything to another database, check every row there, and mark the old one so that nobody starts on it.

    Refused while a server or a worker uses one of the two. The old database keeps all it has.

    Example: pressrun move --to postgresql://pressrun@db/pressrun
    """
    settings = load_settings(database_url=database_url, data_dir=data_dir)
    if undo == (to is not None):
        raise Failure("say --to and the address of the new database, or --undo", code=ExitCode.USAGE)
    if to is None:
        with told():
            asyncio.run(mark(settings.store_url, None))
        if as_json:
            print_json({"undone": True})
        else:
            say(f"{without_password(settings.store_url)} can be used again, without what happened elsewhere.")
        return
    with shown("move") as progress, told():
        moved = asyncio.run(carry(settings.store_url, to, progress, _line))
    if as_json:
        tables = {name: {"rows": tally.rows, "digest": tally.digest} for name, tally in sorted(moved.items())}
        print_json({"from": without_password(settings.store_url), "to": without_password(to), "tables": tables})
        return
    rows = sum(tally.rows for tally in moved.values())
    say(f"Moved {rows:,} rows of {len(moved)} tables to {without_password(to)}; counts and digests agree.")
    _say_what_next(settings, to)


async def _line(tx: Transaction) -> None:
    """What the audit log of the new database says of it."""
    await audit.record_everywhere(tx, Action.DATABASE_MOVED)


def _say_what_next(settings: Settings, to: str) -> None:
    say(f"Start with --database-url {without_password(to)} (PRESSRUN_DATABASE_URL) from now on.")
    if settings.secret_key is None and to.startswith(POSTGRES):
        say(
            f"Every machine that runs workers needs the key in {settings.secret_key_file}, which opens stored model "
            "keys: copy the file, or set PRESSRUN_SECRET_KEY."
        )
