"""`pressrun serve`: the whole server on this machine."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated

import typer
import uvloop

from pressrun.cli.configuration import is_loopback, load_settings, server_url
from pressrun.cli.exposure import check_exposed_store, check_exposure, check_secrets, start_privately
from pressrun.cli.failure import Failure
from pressrun.cli.first_start import keep_credentials
from pressrun.cli.flags import Concurrency, DatabaseUrl, DataDir, LogFormat, Workers
from pressrun.cli.listening import listen, only_server_of
from pressrun.cli.printing import say, warn
from pressrun.cli.studio import server_link
from pressrun.settings import Settings
from pressrun.store.open import SQLITE, open_store, sqlite_path
from pressrun.telemetry import log
from pressrun.telemetry.events import ServerEvent
from pressrun.worker.head_start import HeadStart
from pressrun.worker.supervisor import Supervisor


def serve(
    context: typer.Context,
    host: Annotated[str | None, typer.Option(help="Address to listen on; 127.0.0.1 by default.")] = None,
    expose: Annotated[
        bool | None, typer.Option("--expose", help="Listen on an address that other machines reach.")
    ] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on, 8484 by default; 0 takes a free one.")] = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    workers: Workers = None,
    concurrency: Concurrency = None,
    log_format: LogFormat = None,
) -> None:
    """Start the server: the API, and workers that run the jobs.

    The first start makes an admin key, prints it once on a terminal and stores it for the command line on this machine.

    Example: pressrun serve --port 8080 --workers 2
    """
    settings = load_settings(
        host=host,
        expose=expose,
        port=port,
        data_dir=data_dir,
        database_url=database_url,
        workers=workers,
        concurrency=concurrency,
        log_format=log_format,
    )
    check_exposure(settings)
    start_privately()
    log.configure("supervisor", settings.log_level, settings.log_format)
    uvloop.run(_serve(settings, make_folder(settings), context.obj))


def make_folder(settings: Settings) -> Path:
    """The data folder, made for its owner alone when it is new; raises Failure."""
    folder = settings.data_dir.expanduser().absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise Failure(f"cannot make the data folder {folder}: {error.strerror}; choose another --data-dir") from None
    return folder


@contextmanager
def _alone(settings: Settings, folder: Path) -> Iterator[None]:
    """Embedded, a server is alone on its data folder and on its database file; raises Failure when it is not."""
    with ExitStack() as locks:
        if settings.store_url.startswith(SQLITE):
            database = sqlite_path(settings.store_url)
            database.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            locks.enter_context(only_server_of(folder / "server.lock", f"the data folder {folder}"))
            beside = database.with_name(f"{database.name}-server")
            locks.enter_context(only_server_of(beside, f"the database {database}"))
        yield


async def _serve(settings: Settings, folder: Path, head_start: HeadStart | None) -> None:
    with _alone(settings, folder), listen(settings.host, settings.port) as listener:
        url = server_url(settings.host, listener.getsockname()[1])
        store = await open_store(settings.store_url, migrate=True, ballast_bytes=settings.ballast_bytes)
        try:
            await check_exposed_store(settings, store)
            await check_secrets(settings, store)
            first_key = await keep_credentials(store, settings.credentials_file, url)
            # Both open the server: on a terminal they are seen by whoever is there, elsewhere they would stay in a log.
            link = await server_link(store, settings, url) if sys.stdout.isatty() else None
            supervisor = Supervisor(store, settings, listener, head_start)
            await supervisor.run(started=lambda: _greet(settings, url, first_key, link))
        finally:
            await store.close()


def _greet(settings: Settings, url: str, first_key: str | None, link: str | None) -> None:
    log.emit(ServerEvent.SERVER_STARTED, url=url)
    say("Pressrun is running.", style="bold")
    say(f"  API     {url}")
    say(f"  Docs    {url}/docs")
    say(f"  Studio  {link or settings.public_url or url}")
    if link is None:
        say("          `pressrun studio` prints a link that signs in.")
    else:
        say("          This link signs in once, within 15 minutes; `pressrun studio` prints another.")
    if first_key is not None and sys.stdout.isatty():  # else it would stand in some log for ever
        say(f"  Key     {first_key}")
        say(f"          This admin key is shown once. It is stored in {settings.credentials_file},")
        say("          where the `pressrun` command on this machine finds it.")
    else:
        say(f"  Key     in {settings.credentials_file}")
    say("  Stop    Ctrl-C")
    if not is_loopback(settings.host):
        warn(
            f"{settings.host} is reachable from other machines and keys travel unencrypted: put a proxy with TLS in "
            "front, and list the names the server is called by in PRESSRUN_ALLOWED_HOSTS"
        )
