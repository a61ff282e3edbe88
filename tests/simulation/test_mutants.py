"""The simulation and the state machine can fail: each of these faults, planted in a copy of the source, is caught.

Some of them each time, others with every commit; all of them with `SIMULATION_MUTANTS=all`.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from zlib import crc32

import pytest

from tests.simulation.mutants import ROOT, Mutant, run
from tests.torture.selection import commit

SEEDS = 150
SIMULATED_EACH_TIME = 5
QUEUED_EACH_TIME = 1


def chosen(mutants: Sequence[Mutant], each_time: int) -> list[Mutant]:
    """Those whose turn it is with this commit."""
    if os.environ.get("SIMULATION_MUTANTS") == "all":
        return list(mutants)
    return sorted(mutants, key=lambda one: crc32(f"{commit()} {one.name}".encode()))[:each_time]


CLAIMS = "store/sql/sqlite/claims.sql"

SIMULATED = [
    (
        Mutant(
            "any worker may end any attempt",
            CLAIMS,
            "WHERE id = :job_id AND generation = :generation AND attempts = :attempt AND lease_token = :lease_token\n"
            "    AND state = 'running'",
            "WHERE id = :job_id AND state = 'running'",
        ),
        "",
    ),
    (Mutant("no sync", "store/sqlite_connection.py", "synchronous = FULL", "synchronous = NORMAL"), "lost"),
    (
        Mutant(
            "a result is dropped when the database is busy",
            "worker/recording.py",
            "                await asyncio.sleep(PAUSE_S)\n                continue\n",
            "                return\n",
        ),
        "",
    ),
    (
        Mutant(
            "an unanswered commit is repeated blindly",
            "store/sure.py",
            "    if await store.read(lambda tx: witness(tx, value)):\n        return value\n    try:",
            "    try:",
        ),
        "answered with",
    ),
    (
        Mutant(
            "counters stay when jobs are rescued",
            "jobs/rescue.py",
            'left, State(row["state"])) for row in rows])',
            'left, State(row["state"])) for row in rows[:0]])',
        ),
        "counter",
    ),
    (
        Mutant(
            "jobs of dead workers are never freed",
            "store/sql/claims.sql",
            "workers.state <> 'alive'",
            "workers.state = 'stopped'",
        ),
        "still running",
    ),
    (
        Mutant(
            "a retry is no new generation",
            "store/sql/jobs.sql",
            "generation = generation + 1, attempts = 0",
            "attempts = 0",
        ),
        "",
    ),
    (
        Mutant(
            "a key that is taken is not noticed",
            "jobs/idempotency.py",
            "taken = [job for job in keyed if job.id not in held]",
            "taken: list[NewJob] = []",
        ),
        "stands for",
    ),
    (
        Mutant(
            "a cancellation leaves no line",
            "jobs/cancel.py",
            '        await _note(tx, job, int(moved["events"]), JobEvent.CANCELLED)\n',
            "",
        ),
        "lines expected",
    ),
    (Mutant("only bells wake a worker", "worker/claiming.py", "POLL_S = 1.0", "POLL_S = 1e6"), "still"),
    (Mutant("poison kills for ever", "jobs/rescue.py", "DEATHS_ALLOWED = 3", "DEATHS_ALLOWED = 10**6"), "still"),
    (Mutant("a worker that is dead goes on", "worker/heart.py", "            listener.declared_dead()\n", ""), "dead"),
    (Mutant("nobody hears of an end", "jobs/rescue.py", "    await settle.record_outbox(tx, rows)\n", ""), "told to"),
]

QUEUED = [
    Mutant("urgent jobs wait", CLAIMS, "ORDER BY priority, seq LIMIT :share", "ORDER BY seq LIMIT :share"),
    Mutant(
        "an agent's limit is not kept",
        "jobs/lanes.py",
        "if lane.concurrency is not None and self._running_of_agent[lane.agent_id] >= lane.concurrency:",
        "if lane.concurrency is not None and self._running_of_agent[lane.agent_id] > lane.concurrency:",
    ),
    Mutant(
        "an outage is charged to the job",
        "jobs/settle.py",
        "(isinstance(outcome, Again) and outcome.charged)",
        "isinstance(outcome, Again)",
    ),
]


@pytest.mark.parametrize("mutant", [*(one for one, _ in SIMULATED), *QUEUED], ids=lambda mutant: mutant.name)
def test_a_planted_fault_has_its_place(mutant: Mutant) -> None:
    assert mutant.before in (ROOT / "src" / "pressrun" / mutant.file).read_text(), (
        "the source has changed: plant it anew"
    )


@pytest.mark.parametrize(
    "mutant", chosen([one for one, _ in SIMULATED], SIMULATED_EACH_TIME), ids=lambda mutant: mutant.name
)
def test_the_simulation_catches(mutant: Mutant, tmp_path: Path) -> None:
    told = dict(SIMULATED)[mutant]
    found = run(mutant, tmp_path, "tests.simulation", str(SEEDS))
    assert found.returncode == 1, found.stdout + found.stderr
    assert "again: python -m tests.simulation" in found.stdout, found.stderr
    assert told in found.stdout[found.stdout.rindex("\nseed ") :]


@pytest.mark.parametrize("mutant", chosen(QUEUED, QUEUED_EACH_TIME), ids=lambda mutant: mutant.name)
def test_the_state_machine_catches(mutant: Mutant, tmp_path: Path) -> None:
    found = run(mutant, tmp_path, "pytest", "-q", "tests/simulation/test_state_machine.py", "-k", "on_sqlite")
    assert found.returncode == 1, found.stdout + found.stderr
    assert "state = Machine()" in found.stdout
