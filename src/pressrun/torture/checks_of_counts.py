"""What a batch tells of itself: its counts, its cost, its result file."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from pressrun.torture.answers import CALL_COST
from pressrun.torture.batch_history import ENDED
from pressrun.torture.batch_records import BatchSeen, FileLine, FinalBatch, FinalRow
from pressrun.torture.checks_of_batches import rows_by_batch
from pressrun.torture.history import History
from pressrun.torture.records import NEVER
from pressrun.torture.verdict import Number

OPEN = ("queued", "running", "waiting")
RETRIES = ("retry",)


def batch_counts(history: History) -> Number:
    """Counts that do not come to the total or to the rows, that go back, and costs that no calls explain."""
    if not history.files.observed:
        return Number(None)
    rows = rows_by_batch(history)
    offenders = [fault for sight in history.files.sights for fault in _of_sight(history, sight)]
    for batch in history.files.batches:
        offenders += [f"batch {batch.id}: {fault}" for fault in _of_end(history, batch, rows[batch.id])]
    sights: defaultdict[str, list[BatchSeen]] = defaultdict(list)
    for sight in history.files.sights:
        if sight.status == 200:
            sights[sight.batch_id].append(sight)
    offenders += [f"batch {one} {fault}" for one, found in sights.items() for fault in _went_back(history, found)]
    return Number.of(offenders)


def _of_sight(history: History, sight: BatchSeen) -> Iterator[str]:
    if sight.status == 200:
        upload = history.files.upload_of(sight.batch_id)
        total = sight.counts["total"]
        if sum(sight.counts.values()) != 2 * total or min(sight.counts.values()) < 0:
            yield f"batch {sight.batch_id} was seen with {sight.counts}"
        elif upload is not None and total != len(upload.nonces):
            yield f"batch {sight.batch_id} was seen with {total} of {len(upload.nonces)} rows"
        elif sight.state in ENDED and any(sight.counts[name] for name in OPEN):
            yield f"batch {sight.batch_id} was seen {sight.state} with {sight.counts}"


def _of_end(history: History, batch: FinalBatch, rows: list[FinalRow]) -> Iterator[str]:
    found = Counter(row.state for row in rows)
    told = {name: number for name, number in batch.counts.items() if number and name != "total"}
    if told != dict(found) or batch.counts["total"] != len(rows):
        yield f"it counts {batch.counts}, its rows are {dict(found)}"
    asked = sum(1 for row in rows if row.state == "completed" and row.reused_from is None)
    calls = sum(len(history.calls_of(nonce)) for nonce in {row.nonce for row in rows})
    if not asked * CALL_COST <= batch.cost <= calls * CALL_COST:
        yield f"it cost {batch.cost}, with {asked} rows that were asked and {calls} calls of {CALL_COST}"


def _went_back(history: History, sights: list[BatchSeen]) -> Iterator[str]:
    """What is done stays done, and what has ended has ended until a retry."""
    retries = history.files.acts_on(sights[0].batch_id, "retry")
    done: BatchSeen | None = None
    for sight in sights:
        if done is not None and sight.t0 > done.t1:
            if sight.counts["completed"] < done.counts["completed"]:
                yield f"had {done.counts['completed']} completed rows, then {sight.counts['completed']}"
            retried = any(act.t0 <= sight.t1 and act.t1 >= done.t0 for act in retries)
            if done.state in ENDED and sight.state not in ENDED and not retried:
                yield f"was {done.state} and became {sight.state}"
        if done is None or sight.t0 > done.t1:
            done = sight


def batch_results(history: History) -> Number:
    """Result files that are not the rows, and rows whose text is not their job's."""
    if not history.files.observed:
        return Number(None)
    rows = rows_by_batch(history)
    lines: defaultdict[str, list[FileLine]] = defaultdict(list)
    for line in history.files.lines:
        lines[line.batch_id].append(line)
    texts = {job.id: job.texts for job in history.jobs}
    nonces = {job.id: job.nonces for job in history.jobs}
    offenders = []
    for batch in history.files.batches:
        told = [(row.row, row.place, row.nonce, row.state, row.text) for row in rows[batch.id]]
        written = [(line.row, line.place, line.nonce, line.status, line.text) for line in lines[batch.id]]
        if told != written:
            wrong = next((pair for pair in zip(told, written, strict=False) if pair[0] != pair[1]), "lines are missing")
            offenders.append(f"batch {batch.id}: {str(wrong)[:300]}")
        for row in rows[batch.id]:
            own = (texts.get(row.job_id or "") or (None,))[0]
            if row.text != own:
                offenders.append(
                    f"row {row.place} of {batch.id} is told as {str(row.text)[:80]!r}, its job has another"
                )
            if row.reused_from is not None and nonces.get(row.reused_from, (row.nonce,)) != (row.nonce,):
                offenders.append(f"row {row.place} of {batch.id} took over the result of another input")
    return Number.of(offenders)


def batch_overspent(history: History) -> Number:
    """Batches that cost more than their cap, as told or as called, while it stood."""
    if not history.files.observed:
        return Number(None)
    offenders = []
    for upload in history.files.uploads:
        if upload.max_cost is None or upload.batch_id is None:
            continue
        until = min((act.t0 for act in history.files.acts_on(upload.batch_id, "uncap")), default=NEVER)
        costs = [one.cost for one in history.files.sights if one.batch_id == upload.batch_id and one.t1 < until]
        if until == NEVER:
            costs += [one.cost for one in history.files.batches if one.id == upload.batch_id]
        calls = sum(
            1
            for nonce in set(upload.nonces)
            for call in history.calls_of(nonce)
            if call.t0 < until and call.outcome != "error"
        )
        spent = max(*costs, calls * CALL_COST) if costs else calls * CALL_COST
        if spent > upload.max_cost:
            offenders.append(f"batch {upload.batch_id} may cost {upload.max_cost} and came to {spent}")
    return Number.of(offenders)
