"""Which faults run with every change: those that belong to each, and as many more as fit, in turns by commit."""

import hashlib
import subprocess
from functools import cache
from pathlib import Path

from pressrun.torture.fault import Fault
from pressrun.torture.registry import FAULTS
from pressrun.torture.testbed import Load

ROOT = Path(__file__).parents[2]
BUDGET_S = {"sqlite": 120.0, "postgres": 75.0}
"""Both together stay below five minutes on two cores, with room for a slow day."""

FEWEST_BATCHES = 2
"""So many faults at least have batches as their load, on each store, none of them a long one."""

SHORT_S = 20.0

Case = tuple[Fault, Load]


def selection(store: str) -> tuple[list[Case], list[Case]]:
    """What runs on a store, each with what its work consists of, and what does not this time."""
    here = [(fault, load) for fault in FAULTS.values() if store in fault.stores for load in fault.loads]
    chosen: list[Case] = [(fault, load) for fault, load in here if load == "jobs" and store in fault.always]
    others = sorted((case for case in here if case not in chosen), key=lambda case: _turn(case, store))
    chosen += [case for case in others if case[1] == "batches" and case[0].cost_s <= SHORT_S][:FEWEST_BATCHES]
    left_s = BUDGET_S[store] - sum(fault.cost_s for fault, _ in chosen)
    for case in others:
        if case not in chosen and case[0].cost_s <= left_s:
            chosen.append(case)
            left_s -= case[0].cost_s
    return [case for case in here if case in chosen], [case for case in here if case not in chosen]


def _turn(case: Case, store: str) -> bytes:
    fault, load = case
    return hashlib.sha256(f"{commit()} {fault.id} {store} {load}".encode()).digest()


@cache
def commit() -> str:
    """The commit that is being tested; a fixed word where there is no git."""
    found = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    return found.stdout.strip() or "none"
