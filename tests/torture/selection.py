"""Which faults run with every change: those that belong to each, and as many more as fit, in turns by commit."""

import hashlib
import subprocess
from functools import cache
from pathlib import Path

from pressrun.torture.fault import Fault
from pressrun.torture.registry import FAULTS

ROOT = Path(__file__).parents[2]
BUDGET_S = {"sqlite": 160.0, "postgres": 140.0}
"""Both together stay below seven minutes on two cores, with room for a slow day."""


def selection(store: str) -> tuple[list[Fault], list[Fault]]:
    """What runs on a store, and what does not this time."""
    here = [fault for fault in FAULTS.values() if store in fault.stores]
    chosen = [fault for fault in here if store in fault.always]
    left_s = BUDGET_S[store] - sum(fault.cost_s for fault in chosen)
    others = [fault for fault in here if store not in fault.always]
    for fault in sorted(others, key=lambda one: hashlib.sha256(f"{commit()} {one.id} {store}".encode()).digest()):
        if fault.cost_s <= left_s:
            chosen.append(fault)
            left_s -= fault.cost_s
    return chosen, [fault for fault in here if fault not in chosen]


@cache
def commit() -> str:
    """The commit that is being tested; a fixed word where there is no git."""
    found = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    return found.stdout.strip() or "none"
