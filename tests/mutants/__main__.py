"""Plant every fault and see that its test fails: `python -m tests.mutants [WORD]` (those whose name has the word)."""

import sys
import time

from tests.mutants.catching import is_caught
from tests.mutants.planted import PLANTED


def main() -> int:
    """1 when a fault was not caught."""
    word = sys.argv[1] if len(sys.argv) > 1 else ""
    survivors = []
    for planted in PLANTED:
        if word not in f"{planted.promise} {planted.name}":
            continue
        began = time.monotonic()
        caught, printed = is_caught(planted)
        took_s = time.monotonic() - began
        print(f"{'caught  ' if caught else 'SURVIVED'} {took_s:5.1f} s  {planted.promise}: {planted.name}", flush=True)
        if not caught:
            survivors.append(planted.name)
            print(printed)
    print(f"{len(survivors)} survived")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
