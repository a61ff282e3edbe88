"""`pressrun keys first`: the first admin key of a database, without a server."""

import asyncio

from pressrun.cli.configuration import load_settings, server_url
from pressrun.cli.exposure import start_privately
from pressrun.cli.failure import Failure
from pressrun.cli.first_start import keep_credentials
from pressrun.cli.flags import AsJson, DatabaseUrl, DataDir
from pressrun.cli.printing import print_json, remark, say
from pressrun.cli.serve import make_folder
from pressrun.settings import Settings
from pressrun.store.open import open_store


def first(database_url: DatabaseUrl = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Make the first admin key of a new database and print it, this once; `serve` does so too.

    Example: pressrun keys first --database-url postgresql://pressrun@db/pressrun
    """
    start_privately()
    settings = load_settings(database_url=database_url, data_dir=data_dir)
    make_folder(settings)
    token = asyncio.run(_make(settings))
    if token is None:
        raise Failure("this database has keys already: `pressrun keys create NAME` makes another")
    if as_json:
        print_json({"key": token, "stored_in": str(settings.credentials_file)})
        return
    say(token)
    remark(f"This admin key is shown once. It is stored in {settings.credentials_file} too.")


async def _make(settings: Settings) -> str | None:
    store = await open_store(settings.store_url, migrate=True)
    try:
        return await keep_credentials(store, settings.credentials_file, server_url(settings.host, settings.port))
    finally:
        await store.close()


COMMANDS = {"first": first}
