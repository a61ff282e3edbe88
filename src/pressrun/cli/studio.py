"""`pressrun studio`: a link that signs in to the studio, once."""

import asyncio
import webbrowser
from typing import Annotated

import typer

from pressrun.cli.configuration import find_server, load_settings
from pressrun.cli.credentials import read_credentials
from pressrun.cli.failure import Failure
from pressrun.cli.flags import AsJson, DatabaseUrl, DataDir
from pressrun.cli.printing import print_json, remark, say
from pressrun.organizations.organization import FIRST
from pressrun.organizations.sign_in import link_of_server, link_url
from pressrun.settings import Settings
from pressrun.store.open import SQLITE, open_store, sqlite_path
from pressrun.store.store import Store


def studio(
    open_browser: Annotated[bool, typer.Option("--open", help="Open it in the browser, too.")] = False,
    database_url: DatabaseUrl = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Print a link that signs an administrator in to the studio: once, within 15 minutes.

    It needs the database rather than a key: whoever reads that may do everything anyway.

    Example: pressrun studio --open
    """
    settings = load_settings(database_url=database_url, data_dir=data_dir)
    if settings.store_url.startswith(SQLITE) and not sqlite_path(settings.store_url).exists():
        raise Failure(f"there is no database at {sqlite_path(settings.store_url)} yet: `pressrun serve` makes it")
    url = asyncio.run(_make(settings))
    if as_json:
        print_json({"url": url})
    else:
        say(url)
        remark("It works once, within 15 minutes.")
    if open_browser and not webbrowser.open(url):
        raise Failure("no browser could be opened: open the link yourself")


async def _make(settings: Settings) -> str:
    store = await open_store(settings.store_url, migrate=False)
    try:
        link = await server_link(store, settings, find_server(settings).url or "")
    finally:
        await store.close()
    if link is None:
        raise Failure("no admin key works in this database: make one with `pressrun keys first`")
    return link


async def server_link(store: Store, settings: Settings, url: str) -> str | None:
    """A link for whoever runs the server at `url`; None when no admin key works."""
    known = read_credentials(settings.credentials_file)
    token = await store.write(lambda tx: link_of_server(tx, FIRST, None if known is None else known.api_key))
    return None if token is None else link_url(settings.public_url or url, token)
