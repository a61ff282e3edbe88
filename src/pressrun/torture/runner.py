"""Runs faults, one after the other, each on a database of its own, and collects what came of them."""

import asyncio
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Literal
from uuid import uuid4

import asyncpg

from pressrun.torture.fault import Fault, Tier, missing
from pressrun.torture.postgres import PostgresServer
from pressrun.torture.server import NotStartedError
from pressrun.torture.testbed import Finding, Load, Place, Testbed
from pressrun.torture.verdict import Verdict

DRAIN_S = 240.0
LONGEST_S = {"p": 600.0, "r": 3600.0}
"""No fault may run longer, whatever happens."""

Status = Literal["passed", "violated", "error", "not run"]


@dataclass(frozen=True)
class Report:
    """What came of one fault on one store."""

    fault: Fault
    store: str
    load: Load
    status: Status
    reason: str = ""
    injections: int = 0
    seconds: float = 0.0
    verdict: Verdict | None = None
    findings: Sequence[Finding] = ()
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def violations(self) -> list[str]:
        """What is beyond its bar."""
        numbers = self.verdict.violated if self.verdict else []
        return [*numbers, *(finding.name for finding in self.findings if not finding.ok)]


@dataclass(frozen=True)
class Plan:
    """What to run; `store` is sqlite, postgres or the URL of a PostgreSQL server."""

    store: str
    faults: Sequence[Fault]
    tier: Tier
    seed: int
    folder: Path
    source: Path | None = None
    """A folder with other sources of Pressrun to test, in place of those installed."""
    loads: Sequence[Load] = ("jobs",)
    """What the work consists of; a fault that has several of them is run with each."""
    share: float = 1.0
    """Part of the tier's repetitions, at least one of each fault."""


async def run(plan: Plan, progress: Callable[[str], None]) -> list[Report]:
    """Run the plan's faults; a report for each."""
    store = "sqlite" if plan.store == "sqlite" else "postgres"
    reports = []
    with _cluster(plan) as cluster:
        for fault, load in cases(plan.faults, plan.loads):
            report = _refused(fault, store, load, cluster)
            if report is None:
                progress(f"{fault.id} {store} {load}: {fault.title}")
                report = await _one(plan, fault, store, load, cluster)
            progress(f"{fault.id} {store} {load}: {summary(report)}")
            reports.append(report)
    return reports


@contextmanager
def _cluster(plan: Plan) -> Iterator[PostgresServer | None]:
    if plan.store != "postgres":
        yield None
        return
    server = PostgresServer()
    try:
        server.start()
        yield server
    finally:
        server.remove()


def cases(faults: Sequence[Fault], loads: Sequence[Load]) -> Iterator[tuple[Fault, Load]]:
    """Each fault with each load; with several loads those alone that it has."""
    for fault in faults:
        yield from ((fault, load) for load in loads if len(loads) == 1 or load in fault.loads)


def _refused(fault: Fault, store: str, load: Load, cluster: PostgresServer | None) -> Report | None:
    if store not in fault.stores:
        return Report(fault, store, load, "not run", f"it is about {' and '.join(fault.stores)}")
    if load not in fault.loads:
        return Report(fault, store, load, "not run", f"it has no {load} as its load")
    lacking = [str(need) for need in sorted(fault.needs) if missing(need, own_postgres=cluster is not None)]
    # A fault on both stores that kills the database needs none of its own where that is a file.
    if store == "sqlite":
        lacking = [need for need in lacking if not need.startswith("a PostgreSQL")]
    return Report(fault, store, load, "not run", f"needs {', '.join(lacking)}") if lacking else None


async def _one(plan: Plan, fault: Fault, store: str, load: Load, cluster: PostgresServer | None) -> Report:
    began = time.monotonic()
    folder = plan.folder / store / (fault.id if load == "jobs" else f"{fault.id}-{load}")
    with tempfile.TemporaryDirectory(prefix="pressrun-torture-") as scratch:
        place = Place(store, Path(scratch), await _database(plan, cluster, Path(scratch)), cluster, plan.source)
        random = Random(f"{plan.seed} {fault.id} {store}" + ("" if load == "jobs" else f" {load}"))
        bed = Testbed(place, random, max(1, round(fault.repetitions[plan.tier] * plan.share)), folder, load=load)
        status, reason, verdict = await _judged(bed, fault, LONGEST_S[plan.tier])
    return Report(
        fault, store, load, status, reason, bed.injections, time.monotonic() - began, verdict, bed.findings, bed.notes
    )


async def _judged(bed: Testbed, fault: Fault, longest_s: float) -> tuple[Status, str, Verdict | None]:
    try:
        await bed.open()
        async with asyncio.timeout(longest_s):
            await fault.injected(bed.load)(bed)
            verdict = bed.verdict or await _healed(bed)
    except TimeoutError:
        return "error", f"a wait ran out: {traceback.format_exc(limit=-3)}", None
    except NotStartedError as error:
        return "violated", f"the server did not start: {str(error)[-500:]}", None
    except Exception:  # noqa: BLE001 - the next fault must have its turn
        return "error", traceback.format_exc(limit=-4), None
    finally:
        await bed.close()
    broken = verdict.violated or any(not finding.ok for finding in bed.findings)
    return "violated" if broken else "passed", "", verdict


async def _healed(bed: Testbed) -> Verdict:
    drained = await bed.drained(DRAIN_S)
    bed.find("drained after everything was healed", drained, ok=drained, bar=f"within {DRAIN_S:g} s")
    return await bed.finish()


async def _database(plan: Plan, cluster: PostgresServer | None, scratch: Path) -> str:
    if plan.store == "sqlite":
        return f"sqlite:///{scratch / 'pressrun.db'}"
    server = cluster.url if cluster else plan.store
    name = f"torture_{uuid4().hex}"
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(f'CREATE DATABASE "{name}"')
    finally:
        await connection.close()
    return server.rpartition("/")[0] + "/" + name


def summary(report: Report) -> str:
    """One line."""
    if report.status == "not run":
        return f"not run: {report.reason}"
    about = f"{report.injections} injections, {report.seconds:.0f} s"
    if report.verdict is not None:
        counts = report.verdict.counts
        batches = f", {counts['batches']} batches of {counts['rows']} rows" if counts["batches"] else ""
        about += f", {counts['accepted']} accepted jobs{batches}, {counts['calls']} calls"
    detail = ", ".join(report.violations) or report.reason.strip().rpartition("\n")[2]
    return f"{report.status} ({about})" + (f": {detail}" if detail else "")
