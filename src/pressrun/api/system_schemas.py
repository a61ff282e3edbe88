"""The shapes of answers about the installation, for `/openapi.json`."""

from typing import Literal

from pressrun.api.schemas import Shape


class StoreShape(Shape):
    """The database: which one, the last step of its schema, the room it takes."""

    kind: Literal["sqlite", "postgres"]
    schema_version: int
    size_bytes: int


class ProcessShape(Shape):
    """The process that answers."""

    pid: int
    started_at: str


class WorkerShape(Shape):
    """A worker that is alive."""

    id: str
    host: str
    pid: int
    concurrency: int
    started_at: str
    seen_at: str


class CheckShape(Shape):
    """One thing that was looked at; `fix` says what to do, and is empty when nothing is to be done."""

    name: str
    state: Literal["ok", "warn", "fail"]
    detail: str
    fix: str


class SystemShape(Shape):
    """How the server is."""

    version: str
    store: StoreShape
    process: ProcessShape
    workers: list[WorkerShape]
    ok: bool
    checks: list[CheckShape]
