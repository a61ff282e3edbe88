"""Many clients at once, with files: the same key, the same retry, a cancel beside the ends of rows, lost answers."""

import asyncio
import itertools
from typing import Any

from pressrun.torture.batch_history import ENDED
from pressrun.torture.files import KINDS
from pressrun.torture.sending import sent_as_file
from pressrun.torture.testbed import AGENT, Testbed
from pressrun.torture.uploads import File, Uploads

UPLOADS = 64
RETRIES = 32
TRIES = 3
"""A connection that was kept may be closed in the moment in which it is used again."""

ROWS = 4
CALL_MS = 300
OFFSET_S = 0.02
AT_ONCE = 10
CLIENTS = 6
EVERY = 3
END_S = 120.0


def _file(bed: Testbed, word: str = "ms0") -> File:
    kinds = list(KINDS)
    return File([bed.nonce(word) for _ in range(ROWS)], kinds[next(bed.ids) % len(kinds)])


async def same_key(bed: Testbed) -> None:
    """64 concurrent uploads under one key: of one file, then of two."""
    await bed.serve()
    uploads, strange = Uploads(bed.client), []
    for _ in range(bed.repetitions):
        key, file = f"file-{next(bed.ids)}", _file(bed)
        async with bed.fault("64 uploads, one key, one file"):
            done = await asyncio.gather(*(uploads.send(AGENT, file, key=key, tries=TRIES) for _ in range(UPLOADS)))
        if len({one.batch_id for one in done if one.batch_id}) != 1 or any(
            one.status not in {202, 409} for one in done
        ):
            strange.append(f"{key}: {sorted({str(one.status) for one in done})}")
        key, files = f"file-{next(bed.ids)}", (_file(bed), _file(bed))
        async with bed.fault("64 uploads, one key, two files"):
            done = await asyncio.gather(
                *(uploads.send(AGENT, files[number % 2], key=key, tries=TRIES) for number in range(UPLOADS))
            )
        statuses = {one.status for one in done}
        if len({one.batch_id for one in done if one.batch_id}) != 1 or not {202, 422} <= statuses <= {202, 409, 422}:
            strange.append(f"{key}: {statuses}")
    await bed.drained(180)
    bed.find("keys answered in another way", strange, ok=not strange, bar="one batch; 202, 422 for the other file")


async def same_retry(bed: Testbed) -> None:
    """32 concurrent retries of a batch start one generation of each row that has failed, and none of another."""
    await bed.serve(concurrency=50)
    left, wrong = bed.repetitions, []
    while left > 0:
        wrong += [one for one in await asyncio.gather(*(_retry_one(bed) for _ in range(min(AT_ONCE, left)))) if one]
        left -= AT_ONCE
    bed.find("rows that ran more or less than once more", wrong, ok=not wrong, bar="none")


async def _retry_one(bed: Testbed) -> str | None:
    nonces = [*(bed.nonce("retry400") for _ in range(ROWS - 1)), bed.nonce("ms0")]
    uploads, batch_id = Uploads(bed.client), await sent_as_file(bed, nonces)
    await _ended(uploads, batch_id)
    async with bed.fault("32 retries of one batch"):
        await asyncio.gather(*(uploads.act("retry", batch_id) for _ in range(RETRIES)))
    batch = await _ended(uploads, batch_id)
    calls = [bed.provider.calls(nonce) for nonce in nonces]
    if batch["state"] == "completed" and calls == [*[2] * (ROWS - 1), 1]:
        return None
    return f"{batch_id}: {batch['counts']}, calls {calls}"


async def cancel_beside_completion(bed: Testbed) -> None:
    """A batch is cancelled within 20 ms of its rows' answers, or at once after its upload, with and without a cut."""
    await bed.serve(concurrency=50)
    left, contradictions = max(1, bed.repetitions // ROWS), []
    while left > 0:
        found = await asyncio.gather(*(_cancel_one(bed, number) for number in range(min(AT_ONCE, left))))
        contradictions += [one for one in found if one]
        left -= AT_ONCE
    bed.find("answers the end contradicts", contradictions, ok=not contradictions, bar="none")


async def _cancel_one(bed: Testbed, number: int) -> str | None:
    nonces = [bed.nonce(f"ms{CALL_MS}") for _ in range(ROWS)]
    uploads, batch_id = Uploads(bed.client), await sent_as_file(bed, nonces)
    if number % 4:
        async with asyncio.timeout(90):
            await bed.provider.called(lambda: any(bed.provider.calls(nonce) for nonce in nonces))
        await asyncio.sleep(CALL_MS / 1000 + bed.random.uniform(-OFFSET_S, OFFSET_S))
    async with bed.fault("cancel a batch"):
        said = await uploads.act("cancel", batch_id, cut=number % 2 == 1)
    batch = await _ended(uploads, batch_id)
    counts = batch["counts"]
    if said is None or (said["state"] in ENDED and said["state"] != batch["state"]):
        return f"{batch_id}: the cancel was answered {said and said['state']}, the batch is {batch['state']}"
    if counts["completed"] < said["counts"]["completed"] or counts["completed"] + counts["cancelled"] != ROWS:
        return f"{batch_id}: the cancel was answered {said['counts']}, the batch has {counts}"
    return None


async def swallow_answers(bed: Testbed) -> None:
    """Every third answer of the API is lost, while files are uploaded: with a key they are repeated."""
    await bed.serve()
    proxy = await bed.proxy(bed.server.port)
    uploads = Uploads(bed.client_at(f"http://127.0.0.1:{proxy.listening_on}"))
    turn = itertools.count(1)
    proxy.rules.swallow = lambda: next(turn) % EVERY == 0

    async def sender(number: int) -> None:
        while proxy.answers_swallowed < bed.repetitions:
            key = f"file-{next(bed.ids)}" if number % 2 else None
            await uploads.send(AGENT, _file(bed), key=key, tries=20 if key else 1)

    async with bed.fault("every third answer is lost"):
        await asyncio.gather(*(sender(number) for number in range(CLIENTS)))
        proxy.heal()
    bed.injections = proxy.answers_swallowed
    keyed = [upload for upload in bed.history().files.uploads if upload.key is not None]
    heard = sum(1 for upload in keyed if upload.outcome == "ok")
    bed.find("uploads with a key that were answered in the end", f"{heard} of {len(keyed)}", ok=heard == len(keyed))


async def _ended(uploads: Uploads, batch_id: str) -> dict[str, Any]:
    batch = await uploads.until(batch_id, ENDED, END_S)
    if batch is None:
        raise TimeoutError(f"batch {batch_id} does not end")
    return batch
