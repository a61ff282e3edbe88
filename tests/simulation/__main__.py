"""`python -m tests.simulation SEEDS [--first N] [--processes N]`: simulate many seeds; the first fault ends it."""

import argparse
import asyncio
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import cache

from tests.simulation.memory import folder_in_memory
from tests.simulation.seed import Report, prepare, run

BLOCK = 25
SHOWN = 400
"""Last lines of a failing seed's trace that are printed."""


def simulate(seeds: range) -> list[Report]:
    """The reports of some seeds, none after the first that has a fault; every fourth on a long log."""
    contents = _contents()
    reports = []
    for seed in seeds:
        reports.append(run(seed, contents[seed % 4 == 3]))
        if reports[-1].faults:
            break
    return reports


@cache
def _contents() -> list[dict[str, bytes]]:
    prepared = []
    for frames in (0, 960):
        with folder_in_memory() as folder:
            prepared.append(asyncio.run(prepare(folder, frames)))
    return prepared


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Simulate the engine under faults, seed by seed.")
    parser.add_argument("seeds", type=int)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--trace", action="store_true", help="print the whole trace of a failing seed")
    asked = parser.parse_args()
    last = asked.first + asked.seeds
    blocks = [range(start, min(start + BLOCK, last)) for start in range(asked.first, last, BLOCK)]
    began, totals, done = time.perf_counter(), Counter[str](), 0
    with ProcessPoolExecutor(asked.processes) as pool:
        for reports in pool.map(simulate, blocks) if asked.processes > 1 else map(simulate, blocks):
            for report in reports:
                done += 1
                totals.update(report.counts)
                if report.faults:
                    tell(report, whole=asked.trace)
                    pool.shutdown(cancel_futures=True)
                    sys.exit(1)
    print(f"{done} seeds in {time.perf_counter() - began:.0f} s, no fault: {dict(totals)}")


def tell(report: Report, *, whole: bool) -> None:
    """Print what is wrong with a seed, and how it came to that."""
    print("\n".join(report.trace[0 if whole else -SHOWN :]))
    print(f"seed {report.seed}:", *report.faults, sep="\n  ")
    print(f"again: python -m tests.simulation 1 --first {report.seed}")


if __name__ == "__main__":
    main()
