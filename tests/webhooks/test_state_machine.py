"""Deliveries under any order of steps, on each database; see delivery_machine.py."""

import gc

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.simulation.arena import Arena
from tests.simulation.memory import folder_in_memory
from tests.webhooks.delivery_machine import DeliveryMachine

STEPS = 30


def drive(url: str, examples: int) -> None:
    """Run the machine; raises what Hypothesis raises for the shortest failing sequence."""
    gc.collect()  # see tests/simulation/test_state_machine.py
    arena = Arena([url])
    try:
        machine = type("Machine", (DeliveryMachine,), {"arena": arena})
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=examples,
                stateful_step_count=STEPS,
                deadline=None,
                database=None,
                print_blob=True,
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        arena.close()


def test_deliveries_on_sqlite() -> None:
    with folder_in_memory() as folder:
        drive(f"sqlite:///{folder / 'pressrun.db'}", 50)


@pytest.mark.parametrize("dialect", ["postgres"], indirect=True)
def test_deliveries_on_postgres(database_url: str) -> None:
    drive(database_url, 20)
