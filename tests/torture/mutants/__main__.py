"""`python -m tests.torture.mutants [NAME…]`: plant each and see its fault catch it; all take half an hour."""

import argparse
import sys
import time

from tests.torture.mutants.hunt import caught
from tests.torture.mutants.planted import MUTANTS


def main() -> int:
    """Exit code 1 when one got away."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    wanted = parser.parse_args().names
    away = 0
    for mutant in MUTANTS:
        if wanted and mutant.name not in wanted:
            continue
        began = time.monotonic()
        found = caught(mutant)
        away += not found
        verdict = f"caught by {', '.join(found)}" if found else "GOT AWAY"
        print(
            f"{mutant.name:28} {mutant.fault:5} {mutant.store:9} {time.monotonic() - began:4.0f} s  {verdict}",
            flush=True,
        )
    return 1 if away else 0


if __name__ == "__main__":
    sys.exit(main())
