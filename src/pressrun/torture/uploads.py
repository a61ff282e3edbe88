"""A client's dealings with batches: every request is logged before it is sent and after it was answered."""

import asyncio
import contextlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from pressrun.torture.batch_records import BatchAct, BatchActBegan, BatchActEnded, BatchSeen, UploadBegan, UploadEnded
from pressrun.torture.client import REFUSED, Client, Failure
from pressrun.torture.files import KINDS
from pressrun.torture.records import Outcome

NANO = 10**9
SOME_ROWS = 5


@dataclass(frozen=True, slots=True)
class File:
    """Rows to be sent, and how they are to be run. `max_cost` is nano-dollars."""

    nonces: Sequence[str]
    kind: str = "text/csv"
    dedupe: bool = True
    max_cost: int | None = None

    @property
    def body(self) -> bytes:
        """The file."""
        return KINDS[self.kind](self.nonces)

    @property
    def query(self) -> str:
        """The options of its upload."""
        options: dict[str, str] = {"dedupe": str(self.dedupe).lower()}
        if self.max_cost is not None:
            options["max_cost"] = f"{self.max_cost / NANO:.9f}"
        return urlencode(options)


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What an upload brought."""

    outcome: Outcome
    status: int | None
    batch_id: str | None


class Uploads:
    """Batches of one client."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._journals = client.journals

    async def send(self, agent: str, file: File, *, key: str | None = None, tries: int = 1) -> Uploaded:
        """Upload a file; with a key, an unknown outcome is tried again up to `tries` times."""
        number = self._begin(file, key, cut=False)
        sent, result = 0, Uploaded("unknown", None, None)
        while sent < tries and result.outcome == "unknown":
            if sent:
                await asyncio.sleep(min(2.0, 0.1 * 2**sent))
            sent += 1
            result = await self._post(agent, file, key)
        self._end(number, result, sent)
        return result

    async def break_off(self, agent: str, file: File) -> None:
        """Send a part of a file and hang up: nothing of it may be left."""
        number = self._begin(file, None, cut=True)
        head = (
            f"POST /v1/applications/{agent}/batches?{file.query} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Authorization: Bearer {self.client.api_key}\r\nContent-Type: {file.kind}\r\n"
            f"Content-Length: {len(file.body)}\r\n\r\n"
        )
        host, _, port = self.client.at("").rpartition("//")[2].partition(":")
        try:
            _, writer = await asyncio.open_connection(host, int(port))
            writer.write(head.encode() + file.body[: len(file.body) * 3 // 4])
            await writer.drain()
            await asyncio.sleep(0.05)
            writer.transport.abort()
        except OSError:
            pass
        self._end(number, Uploaded("refused", None, None), 1)

    def _begin(self, file: File, key: str | None, *, cut: bool) -> int:
        number = next(self.client.ids)
        line = UploadBegan(number, time.monotonic(), tuple(file.nonces), key, file.dedupe, file.max_cost, cut)
        self._journals.submitter.write(line)
        return number

    def _end(self, number: int, result: Uploaded, tries: int) -> None:
        line = UploadEnded(number, time.monotonic(), result.outcome, result.status, result.batch_id, tries)
        self._journals.submitter.write(line)

    async def _post(self, agent: str, file: File, key: str | None) -> Uploaded:
        headers = {"Content-Type": file.kind} | ({} if key is None else {"Idempotency-Key": key})
        try:
            status, answer = await self.client.send(
                "POST", f"/v1/applications/{agent}/batches?{file.query}", file.body, headers
            )
        except Failure:
            return Uploaded("unknown", None, None)
        if status < 300:
            return Uploaded("ok", status, answer["id"])
        return Uploaded("refused" if status in REFUSED else "unknown", status, None)

    async def act(self, kind: BatchAct, batch_id: str, *, cut: bool = False, tries: int = 1) -> dict[str, Any] | None:
        """Ask something of a batch; the batch in the answer, None when it was refused or unanswered."""
        found = None
        for _ in range(tries):
            found = await self._ask(kind, batch_id, cut=cut)
            if found is not None:
                return found
            await asyncio.sleep(0.2)
        return found

    async def _ask(self, kind: BatchAct, batch_id: str, *, cut: bool) -> dict[str, Any] | None:
        number = next(self.client.ids)
        self._journals.submitter.write(BatchActBegan(number, time.monotonic(), kind, batch_id))
        method, path, body = "POST", f"/v1/batches/{batch_id}/{kind}", {"running": "cut"} if cut else None
        if kind == "uncap":
            method, path, body = "PATCH", f"/v1/batches/{batch_id}", {"max_cost": None}  # type: ignore[dict-item]
        status, answer = None, None
        began = time.monotonic()
        with contextlib.suppress(*Failure):
            status, answer = await self.client.ask(method, path, body)
        batch = answer if status is not None and status < 300 else None
        state, running = (None, None) if batch is None else (batch["state"], batch["counts"]["running"])
        self._journals.submitter.write(BatchActEnded(number, time.monotonic(), status, state, running))
        if batch is not None:
            self._journals.poller.write(_seen(began, batch_id, 200, batch))
        return batch

    async def look(self, batch_id: str) -> dict[str, Any] | None:
        """A batch, logged as it was seen; None when there was no good answer."""
        began = time.monotonic()
        try:
            status, answer = await self.client.ask("GET", f"/v1/batches/{batch_id}")
        except Failure:
            return None
        self._journals.poller.write(_seen(began, batch_id, status, answer))
        return answer if status == 200 else None

    async def jobs_of(self, batch_id: str) -> list[str]:
        """The jobs of its first rows; none when there was no good answer, or where they are no jobs yet."""
        try:
            status, answer = await self.client.ask("GET", f"/v1/batches/{batch_id}/rows?limit={SOME_ROWS}")
        except Failure:
            return []
        return [row["job_id"] for row in answer["data"] if row["job_id"]] if status == 200 else []

    async def until(self, batch_id: str, states: frozenset[str], timeout_s: float) -> dict[str, Any] | None:
        """A batch as soon as it is in one of these states; None when the time ran out."""
        until = time.monotonic() + timeout_s
        while time.monotonic() < until:
            batch = await self.look(batch_id)
            if batch is not None and batch["state"] in states:
                return batch
            await asyncio.sleep(0.1)
        return None


def nano_of(batch: Mapping[str, Any]) -> int:
    """What a batch has cost."""
    return round((batch["cost"] or 0) * NANO)


def _seen(began: float, batch_id: str, status: int, batch: Any) -> BatchSeen:
    if status != 200:
        return BatchSeen(began, time.monotonic(), batch_id, status)
    return BatchSeen(began, time.monotonic(), batch_id, 200, batch["state"], dict(batch["counts"]), nano_of(batch))
