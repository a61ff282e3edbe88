"""The official client as a submitter, with its own repeats, which are counted as they are sent."""

import time
from collections.abc import Sequence

import httpx
import writerai

from pressrun.torture.client import REFUSED, Client, Submitted
from pressrun.torture.records import SubmitBegan, SubmitEnded


async def submit(client: Client, agent: str, nonces: Sequence[str], *, key: str | None = None) -> Submitted:
    """Create a job as a user of `writer-sdk` does; the client repeats by itself what it holds to have failed."""
    number, sent = next(client.ids), 0

    async def count(_request: httpx.Request) -> None:
        nonlocal sent
        sent += 1

    client.journals.submitter.write(SubmitBegan(number, time.monotonic(), tuple(nonces), key, "", "writer-sdk"))
    result = Submitted("unknown", None, None)
    transport = httpx.AsyncClient(event_hooks={"request": [count]})
    try:
        async with writerai.AsyncWriter(api_key=client.api_key, base_url=client.url, http_client=transport) as official:
            made = await official.applications.jobs.create(
                agent,
                inputs=[{"id": "Nonce", "value": list(nonces)}],
                extra_headers={} if key is None else {"Idempotency-Key": key},
            )
            result = Submitted("ok", 202, made.id)
    except writerai.APIStatusError as error:
        outcome = "refused" if error.status_code in REFUSED else "unknown"
        result = Submitted(outcome, error.status_code, None)  # type: ignore[arg-type]
    except writerai.APIError:
        pass
    ended = SubmitEnded(number, time.monotonic(), result.outcome, result.status, result.job_id, max(1, sent))
    client.journals.submitter.write(ended)
    return result
