"""S1 and S4: the queue under any order of steps, on each database and on both at once; see queue_machine.py.

STATE_MACHINE_EXAMPLES=1000 tries more examples on each than the suite has time for; with STATE_MACHINE_QUICK they are
the same each time, and a failing sequence is shown as it was found, not shortened first.
"""

import gc
import os

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.simulation.arena import Arena
from tests.simulation.memory import folder_in_memory
from tests.simulation.queue_machine import QueueMachine

STEPS = 40
QUICK = "STATE_MACHINE_QUICK" in os.environ


def drive(urls: list[str], examples: int) -> None:
    """Run the machine on the databases; raises what Hypothesis raises for the shortest failing sequence."""
    # Loops that pytest-asyncio forgot warn when they are collected; while Hypothesis reads this file's source, the
    # traceback of such a warning is a parse within a parse, which CPython 3.11 takes for a fault of its own.
    gc.collect()
    arena = Arena(urls)
    try:
        machine = type("Machine", (QueueMachine,), {"arena": arena})
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=int(os.environ.get("STATE_MACHINE_EXAMPLES", examples)),
                stateful_step_count=STEPS,
                deadline=None,
                database=None,
                print_blob=True,
                derandomize=QUICK,
                suppress_health_check=list(HealthCheck),
                phases=[phase for phase in Phase if phase != Phase.shrink or not QUICK],
            ),
        )
    finally:
        arena.close()


def test_the_queue_on_sqlite() -> None:
    with folder_in_memory() as folder:
        drive([f"sqlite:///{folder / 'pressrun.db'}"], 100)


@pytest.mark.parametrize("dialect", ["postgres"], indirect=True)
def test_the_queue_on_postgres(database_url: str) -> None:
    drive([database_url], 40)


@pytest.mark.parametrize("dialect", ["postgres"], indirect=True)
def test_both_databases_answer_alike(database_url: str) -> None:
    with folder_in_memory() as folder:
        drive([database_url, f"sqlite:///{folder / 'pressrun.db'}"], 40)
