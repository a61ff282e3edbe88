"""A client of the server under test: every request is logged before it is sent and after it was answered."""

import asyncio
import hashlib
import itertools
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp

from pressrun.torture.journal import Journal
from pressrun.torture.records import ActBegan, ActEnded, Outcome, Polled, SubmitBegan, SubmitEnded

TIMEOUT_S = 60.0
REFUSED = frozenset({400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 507})
"""Statuses that promise that nothing was created. A 503 may stand for a commit whose answer was lost."""

TOO_MANY = 429

Failure = (aiohttp.ClientError, OSError, TimeoutError)


@dataclass(frozen=True, slots=True)
class Submitted:
    """What a create request brought."""

    outcome: Outcome
    status: int | None
    job_id: str | None


@dataclass(frozen=True, slots=True)
class Journals:
    """The logs of the client's programs."""

    submitter: Journal
    poller: Journal


class Client:
    """Speaks to `url` with a key; `ids` numbers requests over all clients of a run."""

    def __init__(self, url: str, api_key: str, journals: Journals, ids: "itertools.count[int]") -> None:
        self.url = url
        self.api_key = api_key
        self.journals = journals
        self.ids = ids
        self.waits: list[str | None] = []
        """What each 429 said of the time to wait."""
        self._session = aiohttp.ClientSession(
            headers={"Authorization": f"Bearer {api_key}"},
            timeout=aiohttp.ClientTimeout(total=TIMEOUT_S),
            connector=aiohttp.TCPConnector(limit=0),
        )

    async def close(self) -> None:
        """Hang up."""
        await self._session.close()

    def at(self, path: str) -> str:
        """Where to send the next request."""
        return self.url + path

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Status and JSON of a request; raises `Failure` when there is no answer."""
        data = None if body is None else json.dumps(body).encode()
        return await self.send(method, path, data, {"Content-Type": "application/json", **headers})

    async def send(self, method: str, path: str, data: bytes | None, headers: Mapping[str, str]) -> tuple[int, Any]:
        """The same for a body of any kind."""
        status, raw = await self.fetch(method, path, data, headers)
        try:
            return status, json.loads(raw)
        except ValueError:
            return status, raw.decode("utf-8", "replace")

    async def fetch(
        self, method: str, path: str, data: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Status and bytes of an answer; raises `Failure` when there is none."""
        async with self._session.request(method, self.at(path), data=data, headers=headers) as response:
            if response.status == TOO_MANY:
                self.waits.append(response.headers.get("Retry-After"))
            return response.status, await response.read()

    async def must(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON of a request that the run cannot do without; raises RuntimeError for a refusal."""
        status, answer = await self.ask(method, path, body)
        if status >= 300:
            raise RuntimeError(f"{method} {path} was answered {status}: {answer}")
        return answer

    async def submit(
        self, agent: str, nonces: Sequence[str], *, key: str | None = None, tries: int = 1, **options: Any
    ) -> Submitted:
        """Create a job; with a key, an unknown outcome is tried again up to `tries` times."""
        body = {"inputs": [{"id": "Nonce", "value": list(nonces)}], **options}
        if len(nonces) > 1:
            body["fan_out"] = True
        headers = {} if key is None else {"Idempotency-Key": key}
        number = next(self.ids)
        digest = hashlib.sha256(json.dumps(body).encode()).hexdigest()[:16]
        self.journals.submitter.write(SubmitBegan(number, time.monotonic(), tuple(nonces), key, digest, "aiohttp"))
        sent, result = 0, Submitted("unknown", None, None)
        while sent < tries and result.outcome == "unknown":
            if sent:
                await asyncio.sleep(min(2.0, 0.1 * 2**sent))
            sent += 1
            result = await self._create(agent, body, headers)
        self.journals.submitter.write(
            SubmitEnded(number, time.monotonic(), result.outcome, result.status, result.job_id, sent)
        )
        return result

    async def _create(self, agent: str, body: Any, headers: dict[str, str]) -> Submitted:
        try:
            status, answer = await self.ask("POST", f"/v1/applications/{agent}/jobs", body, **headers)
        except Failure:
            return Submitted("unknown", None, None)
        if status < 300:
            return Submitted("ok", status, answer["id"])
        return Submitted("refused" if status in REFUSED else "unknown", status, None)

    async def cancel(self, job_id: str) -> tuple[int | None, str | None]:
        """Ask for a job to be cancelled; the answer's status and the job's state in it."""
        return await self._act("cancel", job_id)

    async def retry(self, job_id: str) -> tuple[int | None, str | None]:
        """Ask for a job to be run again; the answer's status and the job's status in it."""
        return await self._act("retry", job_id)

    async def _act(self, kind: Any, job_id: str) -> tuple[int | None, str | None]:
        number = next(self.ids)
        self.journals.submitter.write(ActBegan(number, time.monotonic(), kind, job_id))
        status, state = None, None
        try:
            status, answer = await self.ask("POST", f"/v1/applications/jobs/{job_id}/{kind}")
            if status < 300:
                state = answer.get("state") or answer.get("status")
        except Failure:
            pass
        self.journals.submitter.write(ActEnded(number, time.monotonic(), status, state))
        return status, state

    async def poll(self, job_id: str) -> dict[str, Any] | None:
        """Look at a job and log what was seen; None when there was no good answer."""
        began = time.monotonic()
        try:
            status, answer = await self.ask("GET", f"/v1/applications/jobs/{job_id}")
        except Failure:
            return None
        if status != 200:
            self.journals.poller.write(Polled(began, time.monotonic(), job_id, status))
            return None
        seen = Polled(began, time.monotonic(), job_id, status, answer["state"], answer["generation"], digest_of(answer))
        self.journals.poller.write(seen)
        job: dict[str, Any] = answer
        return job


def digest_of(job: Any) -> str:
    """What must never change again once a job has ended."""
    fixed = {name: job.get(name) for name in ("data", "error", "error_code", "completed_at")}
    return hashlib.sha256(json.dumps(fixed, sort_keys=True).encode()).hexdigest()[:16]


async def ended(client: Client, job_id: str, timeout_s: float = 180) -> dict[str, Any]:
    """A job once it has ended, polled and logged; raises TimeoutError."""
    async with asyncio.timeout(timeout_s):
        while True:
            job = await client.poll(job_id)
            if job is not None and job["status"] != "in_progress":
                return job
            await asyncio.sleep(0.1)
