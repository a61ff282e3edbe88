"""`pressrun backup`: everything in one file, while the server runs."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from pressrun.cli.configuration import load_settings
from pressrun.cli.failure import Failure
from pressrun.cli.files_carrying import FilesFolder, copy_files, files_summary, folder_of, warn_missing
from pressrun.cli.flags import AsJson, DatabaseUrl, DataDir
from pressrun.cli.long_work import shown, told
from pressrun.cli.printing import print_json, say, warn
from pressrun.knowledge.disk_blobs import DiskBlobs
from pressrun.knowledge.opening import open_blobs, place_of
from pressrun.organizations import audit
from pressrun.organizations.audit import Action
from pressrun.store.backup import Manifest, back_up, blobs_of
from pressrun.store.clock import moment_of
from pressrun.store.copying import Work


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write it; must not be there yet.")],
    database_url: DatabaseUrl = None,
    data_dir: DataDir = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace FILE if it is there.")] = False,
    files: FilesFolder = None,
    as_json: AsJson = False,
) -> None:
    """Write a backup of one state of the database; servers and workers may go on meanwhile.

    It is one SQLite file, whichever database it is of, checked and on disk when the command ends. Uploaded files are
    not in it: --files copies their bytes beside it, those that are not there yet.

    Example: pressrun backup pressrun-2026-11-25.backup
    """
    settings = load_settings(database_url=database_url, data_dir=data_dir)
    file = file.expanduser().absolute()
    if file.exists() and not replace:
        raise Failure(f"{file} is there already: name another file, or say --replace")
    if not file.parent.is_dir():
        raise Failure(f"{file.parent} is no folder")
    with shown("copy") as progress, told():
        manifest = asyncio.run(back_up(settings.store_url, file, progress, _line))
    keys = blobs_of(file)
    copied = None if files is None else copy_files(open_blobs(settings), DiskBlobs(folder_of(files)), keys)
    if as_json:
        about = {} if copied is None else {"files": files_summary(copied)}
        print_json(summary(manifest) | {"file": str(file), "bytes": file.stat().st_size} | about)
        return
    jobs = manifest.tables["jobs"].rows
    say(f"{file}: {jobs:,} jobs, {file.stat().st_size:,} bytes")
    if copied is not None:
        say(f"{files}: {copied.carried:,} files and texts copied, {copied.there:,} were there")
        warn_missing(copied)
    elif keys:
        warn(
            f"the bytes of {manifest.tables['files'].rows:,} uploaded files are NOT in it: say --files FOLDER, or copy "
            f"{place_of(settings)} as well"
        )
    if settings.secret_key is None and settings.secret_key_file.exists():
        say(f"Keep {settings.secret_key_file} with it, apart: without that key, stored model keys cannot be opened.")


def _line(manifest: Manifest) -> Work:
    """What the audit log says of a backup."""
    made_at = moment_of(manifest.made_at)
    return lambda tx: audit.record_everywhere(tx, Action.DATABASE_BACKED_UP, made_at=made_at)


def summary(manifest: Manifest) -> dict[str, object]:
    """A backup as JSON tells of it."""
    return {
        "made_at": moment_of(manifest.made_at),
        "source": manifest.source,
        "pressrun": manifest.pressrun,
        "schema": manifest.schema,
        "rows": {name: tally.rows for name, tally in sorted(manifest.tables.items())},
    }
