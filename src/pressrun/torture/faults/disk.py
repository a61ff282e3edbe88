"""The disk is full."""

import asyncio
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from pressrun.torture.fault import Fault, Need
from pressrun.torture.load import LoadOptions, load, until
from pressrun.torture.postgres import PostgresServer
from pressrun.torture.testbed import AGENT, Testbed

ROOT = frozenset({Need.ROOT})
SMALL_MB = 32
BALLAST = 4 * 2**20
"""The usual reserve is made for larger disks."""

POSTGRES_MB = 224
"""A fresh cluster and two WAL segments need about 100."""

CHUNK = b"\0" * 65_536
FULL_S = 3.0
NO_ROOM = frozenset({503, 507})
ACCEPTED = 200
TEXT = b"A text of many words. " * 12_000
UPLOAD = {"Content-Type": "text/plain", "Content-Disposition": 'attachment; filename="text.txt"'}


@asynccontextmanager
async def small_disk(folder: Path, megabytes: int) -> AsyncIterator[Path]:
    """A tmpfs of that size at the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def fill(disk: Path) -> Path:
    """A foreign file that takes all the room there is."""
    path = disk / "foreign"
    with suppress(OSError), path.open("wb") as file:  # opening it may find no room either: the disk is full then
        while True:
            file.write(CHUNK)
            file.flush()
    return path


async def full(bed: Testbed) -> None:
    """A foreign file fills the disk: creates and uploads are refused, polls answered, and no restart is needed."""
    folder = bed.place.folder / "small"
    async with small_disk(folder / "data", SMALL_MB) as disk:
        await bed.serve(
            folder=folder,
            database_url=f"sqlite:///{disk / 'pressrun.db'}",
            environment={"PRESSRUN_BALLAST_BYTES": str(BALLAST)},
        )
        pid = bed.server.pid
        for _ in range(bed.repetitions):
            async with load(bed, LoadOptions(rate=15)) as accepted:
                if not await until(lambda: len(accepted) > 3, 20):
                    raise RuntimeError(f"nothing is accepted on {SMALL_MB} MB")
                async with bed.fault("the disk is full"):
                    foreign = await asyncio.to_thread(fill, disk)
                    refused = await _refused(bed)
                    uploads = {await _upload_file(bed), await _upload_rows(bed)}
                    seen = await bed.client.poll(accepted.jobs[0])
                    bed.find("a poll while the disk is full", bool(seen), ok=seen is not None, bar="answered")
                    await asyncio.sleep(FULL_S)
                    foreign.unlink(missing_ok=True)
                before = len(accepted)
                again = await until(lambda before=before: len(accepted) > before, 30)  # type: ignore[misc]
                bed.find("creates are accepted again", again, ok=again, bar="within 30 s")
                bed.find("creates while it was full", sorted(refused), ok=refused <= {202, *NO_ROOM}, bar="503 or 507")
                bed.find("uploads while it was full", sorted(uploads), ok=uploads <= NO_ROOM, bar="503 or 507")
                status = await _upload_file(bed)
                bed.find("an upload when there is room again", status, ok=status == ACCEPTED, bar=str(ACCEPTED))
            await bed.drained(180)
        bed.find("the same supervisor all along", bed.server.pid == pid, ok=bed.server.pid == pid)
        bed.find("it drained", drained := await bed.drained(180), ok=drained)
        verdict = await bed.finish()
        bed.find("verdict on the small disk", verdict.violated, ok=not verdict.violated, bar="none")
        await bed.server.stop()
    bed.verdict = verdict


async def _refused(bed: Testbed) -> set[int]:
    done = [await bed.client.submit(AGENT, [bed.nonce("ms0")], metadata={"padding": "x" * 1500}) for _ in range(200)]
    return {one.status for one in done if one.status is not None}


async def _upload_file(bed: Testbed) -> int:
    status, _ = await bed.client.send("POST", "/v1/files", TEXT, UPLOAD)
    return status


async def _upload_rows(bed: Testbed) -> int:
    """Past the log of uploads: a file that is taken all the same is a phantom."""
    rows = "".join(f"{bed.nonce('ms0')}\n" for _ in range(200))
    status, _ = await bed.client.send(
        "POST", f"/v1/applications/{AGENT}/batches", f"Nonce\n{rows}".encode(), {"Content-Type": "text/csv"}
    )
    return status


async def postgres_full(bed: Testbed) -> None:
    """The disk of PostgreSQL fills up until it panics; then there is room again and it is started."""
    folder = Path(tempfile.mkdtemp(prefix="pressrun-torture-disk-"))
    folder.chmod(0o755)  # PostgreSQL runs as somebody else than root
    async with small_disk(folder, POSTGRES_MB) as disk:
        cluster = await asyncio.to_thread(PostgresServer, disk, {"min_wal_size": "32MB", "max_wal_size": "32MB"})
        try:
            await asyncio.to_thread(cluster.start)
            await _fill_under_load(bed, disk, cluster)
        finally:
            await asyncio.to_thread(cluster.remove)
    folder.rmdir()


async def _fill_under_load(bed: Testbed, disk: Path, cluster: PostgresServer) -> None:
    await bed.serve(database_url=cluster.url)
    for _ in range(bed.repetitions):
        async with load(bed, LoadOptions(rate=15)):
            await asyncio.sleep(1)
            async with bed.fault("the disk of PostgreSQL is full"):
                foreign = await asyncio.to_thread(fill, disk)
                for _ in range(30):
                    await bed.client.submit(AGENT, [bed.nonce("ms0")], metadata={"padding": "x" * 1900})
                await asyncio.sleep(FULL_S)
                foreign.unlink()
                await asyncio.to_thread(cluster.stop)
                await asyncio.to_thread(cluster.start)
        await bed.drained(180)
    bed.verdict = await bed.finish()
    await bed.server.stop()


FAULTS = (
    Fault(
        "F12",
        "The disk of data folder and database is full for a while (32 MB tmpfs, a foreign file), for uploads too",
        full,
        {"p": 1, "r": 20},
        cost_s=15,
        stores=("sqlite",),
        needs=ROOT,
        promise="disk full",
        always=("sqlite",),
    ),
    Fault(
        "F17",
        "The disk of PostgreSQL is full until it panics",
        postgres_full,
        {"p": 1, "r": 5},
        cost_s=16,
        stores=("postgres",),
        needs=ROOT | {Need.OWN_POSTGRES},
    ),
)
