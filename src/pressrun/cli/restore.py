"""`pressrun restore`: the state of a backup again, in either database."""

import asyncio
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from pressrun.cli.backup import summary
from pressrun.cli.configuration import load_settings
from pressrun.cli.confirming import confirm
from pressrun.cli.failure import Failure
from pressrun.cli.files_carrying import (
    FilesFolder,
    copy_files,
    files_summary,
    folder_of,
    look_for_files,
    warn_missing,
)
from pressrun.cli.flags import AsJson, DatabaseUrl, DataDir, Yes
from pressrun.cli.long_work import shown, told
from pressrun.cli.printing import print_json, say, warn
from pressrun.cli.serve import make_folder
from pressrun.jobs import rescue, workers
from pressrun.knowledge.disk_blobs import DiskBlobs
from pressrun.knowledge.opening import open_blobs
from pressrun.organizations import audit
from pressrun.organizations.audit import Action
from pressrun.settings import Settings
from pressrun.store.backup import Manifest, blobs_of
from pressrun.store.clock import moment_of, system_clock
from pressrun.store.copying import Progress
from pressrun.store.moving import without_password
from pressrun.store.open import SQLITE, sqlite_path
from pressrun.store.restore import Target, begin_new_epoch, check_backup, look_at_target, put_in_place
from pressrun.store.sqlite import SqliteStore


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `pressrun backup` wrote.")],
    to: DatabaseUrl = None,
    data_dir: DataDir = None,
    replace: Annotated[bool, typer.Option("--replace", help="Give up what the database holds now.")] = False,
    files: FilesFolder = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Bring a database back to the state of a backup; --to names it, by default the one that is configured.

    Every row is checked first. Jobs that ran then are free again, and no worker from before can write: what runs
    is started anew by its supervisor. What was accepted after the backup is lost, and counted. --files brings the bytes
    of uploaded files back from where `pressrun backup --files` put them.

    Example: pressrun restore pressrun-2026-11-25.backup --to postgresql://pressrun@db/pressrun
    """
    settings = load_settings(database_url=to, data_dir=data_dir)
    if settings.database_url is None:
        make_folder(settings)
    with told(), _folder(settings) as folder:
        work = Path(folder) / "restored.db"
        with shown("check") as progress:
            manifest = asyncio.run(check_backup(file, work, progress))
            target = asyncio.run(look_at_target(settings.store_url, manifest))
        _ask(settings, manifest, target, replace=replace, yes=yes)
        with shown("write") as progress:
            freed = asyncio.run(_restore(work, settings.store_url, manifest, progress, replace=replace))
    keys = blobs_of(file)
    blobs = open_blobs(settings)
    carried = look_for_files(blobs, keys) if files is None else copy_files(DiskBlobs(folder_of(files)), blobs, keys)
    if as_json:
        about = {"freed_jobs": freed, "lost_jobs": target.later_jobs, "files": files_summary(carried)}
        print_json(summary(manifest) | about)
        return
    jobs = manifest.tables["jobs"].rows
    say(f"Restored the state of {moment_of(manifest.made_at)}: {jobs:,} jobs, {freed:,} set free.")
    if target.later_jobs:
        warn(f"{target.later_jobs:,} jobs were accepted after the backup was made; they are lost")
    warn_missing(carried)


def _folder(settings: Settings) -> "tempfile.TemporaryDirectory[str]":
    """Where the backup is made ready: beside a SQLite file, whose disk must have room for it anyway."""
    beside = None
    if settings.store_url.startswith(SQLITE):
        beside = sqlite_path(settings.store_url).parent
        beside.mkdir(parents=True, exist_ok=True, mode=0o700)
    return tempfile.TemporaryDirectory(prefix="pressrun-restore-", dir=beside)


def _ask(settings: Settings, manifest: Manifest, target: Target, *, replace: bool, yes: bool) -> None:
    if target.is_empty:
        return
    where = without_password(settings.store_url)
    if not replace:
        raise Failure(f"{where} is not empty: say --replace to give up what it holds")
    if not yes:
        confirm(
            f"Give up all that {where} holds, with {target.later_jobs:,} jobs accepted since the backup of "
            f"{moment_of(manifest.made_at)}?"
        )


async def _restore(work: Path, database_url: str, manifest: Manifest, progress: Progress, *, replace: bool) -> int:
    made_at = moment_of(manifest.made_at)
    store = await SqliteStore.open(work, clock=system_clock, migrate=False)
    try:
        await store.write(workers.bury_all)
        freed = await store.write(rescue.rescue)
        await store.write(lambda tx: audit.record_everywhere(tx, Action.DATABASE_RESTORED, made_at=made_at))
    finally:
        await store.close()
    begin_new_epoch(work, manifest)
    await put_in_place(work, database_url, progress, replace=replace)
    return freed
