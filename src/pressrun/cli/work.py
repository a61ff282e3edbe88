"""`pressrun work`: workers alone, on any machine that reaches the database."""

import uvloop

from pressrun.cli.configuration import load_settings
from pressrun.cli.exposure import start_privately
from pressrun.cli.failure import ExitCode, Failure
from pressrun.cli.flags import Concurrency, DatabaseUrl, DataDir, LogFormat, Workers
from pressrun.cli.printing import say, warn
from pressrun.cli.serve import make_folder
from pressrun.settings import Settings
from pressrun.store.open import POSTGRES, open_store
from pressrun.telemetry import log
from pressrun.worker.supervisor import Supervisor


def work(
    database_url: DatabaseUrl = None,
    data_dir: DataDir = None,
    workers: Workers = None,
    concurrency: Concurrency = None,
    log_format: LogFormat = None,
) -> None:
    """Start workers without an API: more hands for a server that runs here or elsewhere.

    Example: pressrun work --database-url postgresql://pressrun@db/pressrun --workers 4
    """
    settings = load_settings(
        database_url=database_url,
        data_dir=data_dir,
        workers=workers,
        concurrency=concurrency,
        log_format=log_format,
    )
    if settings.workers == 0:
        raise Failure("no workers to start: say how many with --workers", code=ExitCode.USAGE)
    start_privately()
    log.configure("supervisor", settings.log_level, settings.log_format)
    make_folder(settings)
    uvloop.run(_work(settings))


async def _work(settings: Settings) -> None:
    sealed_here = settings.secret_key is not None or settings.secret_key_file.exists()
    if settings.store_url.startswith(POSTGRES) and not sealed_here:
        warn(
            "this machine lacks the key that opens stored model keys: set PRESSRUN_SECRET_KEY to what the server's "
            f"secret.key holds, or copy that file to {settings.secret_key_file}"
        )
    store = await open_store(settings.store_url, migrate=False, ballast_bytes=settings.ballast_bytes)
    try:
        await Supervisor(store, settings, None).run(
            started=lambda: say(f"Pressrun works with {settings.workers} worker process(es). Stop: Ctrl-C")
        )
    finally:
        await store.close()
