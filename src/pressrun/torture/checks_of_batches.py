"""A file that was accepted is a batch with every row once, in order, and all come to their end; there is no other."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from pressrun.torture.batch_history import ENDED, Upload
from pressrun.torture.batch_records import FinalBatch, FinalRow
from pressrun.torture.history import TERMINAL, History
from pressrun.torture.verdict import Number

ROW_ENDS = TERMINAL | {"invalid"}


def batch_lost(history: History) -> Number:
    """Accepted files that are gone, are not what was sent, or of which something never ended."""
    if not history.files.observed:
        return Number(None)
    rows = rows_by_batch(history)
    batches = {batch.id: batch for batch in history.files.batches}
    offenders = []
    for upload in history.files.uploads:
        if upload.outcome == "ok" and upload.batch_id is not None:
            if upload.batch_id not in batches:
                offenders.append(f"batch {upload.batch_id} was accepted and is gone")
            elif fault := _fault(upload, rows[upload.batch_id]):
                offenders.append(f"batch {upload.batch_id}: {fault}")
    offenders += [f"batch {batch.id} is still {batch.state}" for batch in batches.values() if batch.state not in ENDED]
    offenders += _unended(history, batches, rows)
    return Number.of(offenders)


def _fault(upload: Upload, rows: Sequence[FinalRow]) -> str | None:
    places = [row.place for row in rows]
    if places != [str(number) for number in range(1, len(upload.nonces) + 1)]:
        return f"{len(upload.nonces)} rows were sent, its rows are {places[:50]}"
    changed = next((row for row, nonce in zip(rows, upload.nonces, strict=True) if row.nonce != nonce), None)
    return None if changed is None else f"row {changed.place} is {changed.nonce}"


def _unended(history: History, batches: dict[str, FinalBatch], rows: dict[str, list[FinalRow]]) -> Iterator[str]:
    jobs = Counter((job.batch_id, job.row) for job in history.jobs if job.batch_id is not None)
    for batch_id, own in rows.items():
        for row in own:
            if row.state not in ROW_ENDS:
                yield f"row {row.place} of {batch_id} is still {row.state}"
            elif batch_id in batches and row.state != "invalid" and jobs[batch_id, row.row] != 1:
                yield f"row {row.place} of {batch_id} has {jobs[batch_id, row.row]} jobs"


def batch_phantom(history: History) -> Number:
    """Batches that no accepted or unanswered upload explains, second ones for a key, and rows' jobs without a batch."""
    if not history.files.observed:
        return Number(None)
    rows = rows_by_batch(history)
    made: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for batch in history.files.batches:
        made[tuple(row.nonce for row in rows[batch.id])].append(batch.id)
    allowed = _allowed(history.files.uploads)
    offenders = []
    for nonces, found in made.items():
        offenders += [
            f"batch {one} of {nonces[:2]}… is one more than was asked for" for one in found[allowed[nonces] :]
        ]
    known = {batch.id for batch in history.files.batches}
    offenders += [
        f"{job.id} is a row of {job.batch_id}, which is not there"
        for job in history.jobs
        if job.batch_id is not None and job.batch_id not in known
    ]
    return Number.of(offenders)


def _allowed(uploads: Sequence[Upload]) -> Counter[tuple[str, ...]]:
    """How many batches each file may have become: one for a key, otherwise one for each time it was sent."""
    allowed: Counter[tuple[str, ...]] = Counter()
    keys: set[tuple[str, tuple[str, ...]]] = set()
    for upload in uploads:
        if upload.outcome == "refused":
            continue
        if upload.key is None:
            allowed[upload.nonces] += 1 if upload.outcome == "ok" and upload.tries == 1 else upload.tries
        elif (upload.key, upload.nonces) not in keys:
            keys.add((upload.key, upload.nonces))
            allowed[upload.nonces] += 1
    return allowed


def rows_by_batch(history: History) -> defaultdict[str, list[FinalRow]]:
    """The rows of every batch, as the API listed them."""
    rows: defaultdict[str, list[FinalRow]] = defaultdict(list)
    for row in history.files.rows:
        rows[row.batch_id].append(row)
    return rows
