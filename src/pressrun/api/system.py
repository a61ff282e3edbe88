"""The state of the server over HTTP: version, store, workers, and what its doctor finds."""

import asyncio
import os
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request, Response

from pressrun.api import wire
from pressrun.api.access import require
from pressrun.api.schemas import errors
from pressrun.api.state import started_at_of, system_of
from pressrun.api.system_schemas import SystemShape
from pressrun.doctor.finding import Finding
from pressrun.jobs import workers
from pressrun.jobs.workers import WorkerRecord
from pressrun.organizations.keys import Scope
from pressrun.settings import Settings
from pressrun.store import facts

router = APIRouter(prefix="/v1/system", tags=["operations"])


@router.get("", responses=errors(SystemShape, 401, 403), summary="Tell how the server is")
async def show(request: Request) -> Response:
    """Version, database, the process that answers, the workers that are alive, and every check of the doctor's."""
    require(request, Scope.ADMIN)
    from importlib.metadata import version  # noqa: PLC0415 - slow to import, for one route

    system = system_of(request)
    size = await system.store.read(facts.size)
    alive = await system.store.read(workers.alive)
    findings = await asyncio.to_thread(_examine, system.settings)
    return wire.answer(
        {
            "version": version("pressrun"),
            "store": {"kind": system.store.dialect, "schema_version": size.schema, "size_bytes": size.size_bytes},
            "process": {"pid": os.getpid(), "started_at": wire.timestamp(started_at_of(request))},
            "workers": [_worker(one) for one in alive],
            "ok": all(finding.state != "fail" for finding in findings),
            "checks": [asdict(finding) for finding in findings],
        }
    )


def _examine(settings: Settings) -> list[Finding]:
    """What `pressrun doctor` finds, without the server itself, which answers after all; in a thread, as it waits."""
    from pressrun.doctor import database, files, machine  # noqa: PLC0415 - both databases' drivers, for one route

    return [*machine.findings(settings), *database.findings(settings), *files.findings(settings)]


def _worker(record: WorkerRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "host": record.host,
        "pid": record.pid,
        "concurrency": record.concurrency,
        "started_at": wire.timestamp(record.started_at),
        "seen_at": wire.timestamp(record.seen_at),
    }
