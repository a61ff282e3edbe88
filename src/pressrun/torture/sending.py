"""Work of a fault's own, as single jobs or as the rows of one file: as the test bed's load is."""

import asyncio
from collections.abc import Sequence

from pressrun.torture.testbed import AGENT, Testbed
from pressrun.torture.uploads import File, Uploads

TRIES = 8
MOST_ROWS = 1000


async def sent(bed: Testbed, nonces: Sequence[str], agent: str = AGENT) -> list[str]:
    """The ids of the jobs that carry out these nonces, in their order; "" for one that was not accepted."""
    if bed.load == "jobs":
        done = await asyncio.gather(*(bed.client.submit(agent, [nonce]) for nonce in nonces))
        return [one.job_id or "" for one in done]
    batch_id = await sent_as_file(bed, nonces, agent)
    page = await bed.client.must("GET", f"/v1/batches/{batch_id}/rows?limit={MOST_ROWS}")
    return [row["job_id"] for row in page["data"]]


async def sent_as_file(bed: Testbed, nonces: Sequence[str], agent: str = AGENT) -> str:
    """The id of the batch that these nonces are the rows of; raises RuntimeError when it was not accepted."""
    key = f"file-{next(bed.ids)}"
    done = await Uploads(bed.client).send(agent, File(nonces), key=key, tries=TRIES)
    if done.batch_id is None:
        raise RuntimeError(f"an upload was answered {done.status}")
    return done.batch_id
