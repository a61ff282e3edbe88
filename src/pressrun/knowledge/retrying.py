"""Failed files are taken in again."""

from collections.abc import Sequence

from pressrun.jobs import retry
from pressrun.knowledge.files import FileState, find
from pressrun.knowledge.take_in import ingest_again
from pressrun.store.store import Transaction


async def retry_files(
    tx: Transaction, organization_id: str, file_ids: Sequence[str], key_id: str | None
) -> dict[str, str]:
    """The jobs that take in those of the files which have failed, by the files' ids; others are left alone."""
    jobs: dict[str, str] = {}
    for file_id in dict.fromkeys(file_ids):
        file = await find(tx, organization_id, file_id)
        if file is None or file.state != FileState.FAILED:
            continue
        if file.job_id is not None and await retry.retry(tx, organization_id, file.job_id) is not None:
            jobs[file_id] = file.job_id
        else:  # its job is so long ago that it was forgotten
            jobs[file_id] = await ingest_again(tx, organization_id, file_id, key_id)
    return jobs
