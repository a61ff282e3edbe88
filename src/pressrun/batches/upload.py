"""Taking a file in: row after row into the store, seen by nobody until the last one is there, or gone without trace."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec

from pressrun.batches.batch import BatchOptions
from pressrun.batches.files.met import FirstMet
from pressrun.errors import Code, PressrunError
from pressrun.ids import new_id
from pressrun.jobs import idempotency
from pressrun.jobs.admission import UNLIMITED, Ceilings, admit_batch, refuse_batch
from pressrun.jobs.job import IdempotencyKey
from pressrun.store.ballast import no_room
from pressrun.store.clock import SECOND
from pressrun.store.store import Store, Transaction, Value
from pressrun.store.sure import write_surely
from pressrun.webhooks.outbox import remember

PATIENCE_S = 10.0
"""How long an upload waits to be told whether its rows were stored, when the database left that open."""

DISCARD_LIMIT = 5000
"""Rows of a broken upload that are deleted in one transaction."""

HASH_BYTES = 16


class UploadedRow(Protocol):
    """What an upload needs of a checked row: `inputs` is None where `problem` tells why the row cannot be run."""

    @property
    def number(self) -> int:
        """Its place in the file, from 1."""
        ...

    @property
    def row_id(self) -> str | None:
        """The id its sender gave it."""
        ...

    @property
    def cells(self) -> bytes:
        """Its texts, a JSON list in the order of the columns."""
        ...

    @property
    def inputs(self) -> bytes | None:
        """The job's inputs, as JSON."""
        ...

    @property
    def problem(self) -> str | None:
        """Why it cannot be run."""
        ...


@dataclass(frozen=True, slots=True)
class NewBatch:
    """What is known of a batch before its rows are. `max_cost` is nano-dollars, `stop_errors` a rate in 1/10,000."""

    organization_id: str
    agent_id: str
    agent_version: int
    key_id: str | None
    name: str
    options: BatchOptions
    priority: int
    max_cost: int | None = None
    trial_rows: int = 0
    stop_errors: int | None = None
    webhook_url: str | None = None


class Upload:
    """One upload: `begin`, `add` again and again, then `finish` or `discard`."""

    def __init__(self, store: Store, batch: NewBatch, ceilings: Ceilings = UNLIMITED) -> None:
        self.id = new_id()
        self.rows = 0
        self.invalid = 0
        self._store = store
        self._batch = batch
        self._ceilings = ceilings
        self._hashes = batch.options.dedupe or batch.options.reuse
        self._first = FirstMet() if batch.options.dedupe else None

    async def begin(self) -> None:
        """The batch's own row, in a state that nobody sees; as `add` and `finish`, PressrunError (no_room)."""
        batch = self._batch
        values: dict[str, Value] = {
            "organization_id": batch.organization_id,
            "agent_id": batch.agent_id,
            "agent_version": batch.agent_version,
            "key_id": batch.key_id,
            "name": batch.name,
            "columns": b"[]",
            "options": msgspec.json.encode(batch.options),
            "priority": batch.priority,
            "max_cost": batch.max_cost,
            "trial_rows": batch.trial_rows,
            "stop_errors": batch.stop_errors,
            "deadline_us": batch.options.deadline_s * SECOND,
        }

        async def work(tx: Transaction) -> None:
            self._check_room()
            await tx.run("add_batch", batch_id=self.id, **values)
            if batch.webhook_url is not None:
                await remember(tx, batch.organization_id, batch.webhook_url, batch_id=self.id)

        await self._store.write(work)

    async def add(self, rows: Sequence[UploadedRow]) -> None:
        """Store rows.

        Raises PressrunError: conflict when the upload was given up meanwhile; LimitError as soon as there are more rows
        than jobs may wait, without waiting for the end of the file.
        """
        runnable = self.rows - self.invalid + sum(row.problem is None for row in rows)
        values = [self._values(row) for row in rows]

        async def work(tx: Transaction) -> None:
            self._check_room()
            await self._touch(tx)
            await refuse_batch(tx, self._batch.organization_id, runnable, self._ceilings)
            await tx.each("add_batch_rows", values)

        async def is_stored(tx: Transaction, _nothing: None) -> bool:
            last = {"batch_id": self.id, "organization_id": self._batch.organization_id}
            return await tx.one("find_batch_row", **last, row=rows[-1].number) is not None

        await write_surely(self._store, work, is_stored, patience_s=PATIENCE_S)
        self.rows += len(rows)
        self.invalid += sum(row.problem is not None for row in rows)

    async def finish(self, columns: Sequence[str], key: IdempotencyKey | None, reserve: int = 0) -> tuple[str, bool]:
        """The id of the batch, and whether an earlier upload of the same idempotency key had made it.

        Raises PressrunError: key_reused when the key stands for another file, not_found when the agent is
        gone; LimitError when so many jobs may not wait.
        `reserve`: the most that one row can cost, in nano-dollars.
        """

        async def work(tx: Transaction) -> tuple[str, bool]:
            self._check_room()
            if key is not None:
                earlier = await idempotency.hold_one(tx, self._batch.organization_id, key, self.id)
                if earlier is not None:
                    return earlier, True
            await admit_batch(tx, self._batch.organization_id, self.rows - self.invalid, self._ceilings)
            row = await tx.one(
                "open_batch",
                organization_id=self._batch.organization_id,
                batch_id=self.id,
                rows=self.rows,
                invalid=self.invalid,
                reserve=reserve,
                columns=msgspec.json.encode(list(columns)),
                deadline_us=self._batch.options.deadline_s * SECOND,
            )
            if row is None:
                raise PressrunError(Code.NOT_FOUND, "the agent was deleted while the file was uploaded")
            return self.id, False

        async def happened(tx: Transaction, made: tuple[str, bool]) -> bool:
            found = await tx.one("find_batch", organization_id=self._batch.organization_id, batch_id=made[0])
            return found is not None

        made = await write_surely(self._store, work, happened, patience_s=PATIENCE_S)
        if made[1]:
            await self.discard()
        return made

    async def discard(self) -> None:
        """Nothing is left of the upload."""
        await discard(self._store, self._batch.organization_id, self.id)

    def _check_room(self) -> None:
        """Asked inside: a full disk makes the store repeat a group without its reserve, which is for what runs."""
        if not self._store.has_room:
            raise no_room()

    async def _touch(self, tx: Transaction) -> None:
        wanted = {"batch_id": self.id, "organization_id": self._batch.organization_id}
        if await tx.one("touch_batch", **wanted) is None:
            raise PressrunError(Code.CONFLICT, "the upload was given up, as nothing came for too long: send it again")

    def _values(self, row: UploadedRow) -> dict[str, str | int | bytes | None]:
        return {
            "organization_id": self._batch.organization_id,
            "batch_id": self.id,
            "row": row.number,
            "row_id": row.row_id,
            "job_id": new_id() if row.problem is None else None,
            "cells": row.cells,
            "inputs": row.inputs,
            "first_row": self._first_row(row),
            "inputs_hash": inputs_hash(self._batch.options, row.inputs) if self._hashes and row.inputs else None,
            "problem": row.problem,
        }

    def _first_row(self, row: UploadedRow) -> int | None:
        """The earlier row that seems to have the same inputs; whoever relies on it compares them."""
        if self._first is None or row.inputs is None:
            return None
        first = self._first.first(row.inputs, row.number)
        return None if first == row.number else first


def inputs_hash(options: BatchOptions, inputs: bytes) -> str:
    """What rows of the same inputs, run in the same way, have in common."""
    salt = b"fan out" if options.fan_out else b""
    return hashlib.blake2b(inputs, digest_size=HASH_BYTES, salt=salt).hexdigest()


async def discard(store: Store, organization_id: str, batch_id: str) -> None:
    """Delete a batch that was never opened, with its rows, a few at a time."""
    wanted = {"organization_id": organization_id, "batch_id": batch_id}
    while await store.write(lambda tx: tx.all("discard_batch_rows", **wanted, limit=DISCARD_LIMIT)):
        pass
    await store.write(lambda tx: tx.run("discard_batch", **wanted))
