"""`python -m bench [NAME …] [--scale X] [--write]`: measure, and put what was measured into docs/performance.md."""

import argparse
import asyncio
import importlib
import time

from bench.kept import keep, this_run
from bench.page import write

NAMES = (
    "engine",
    "submit",
    "e2e",
    "batch",
    "latency",
    "list",
    "recovery",
    "startup",
    "ingest",
    "search",
    "local-model",
    "peers",
    "drain",
)
MODULES = {"list": "listing", "local-model": "local_model"}


def main() -> None:
    """Every benchmark that is named, or all, on both databases."""
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; all by default")
    parser.add_argument("--scale", type=float, default=1.0, help="part of the full sizes; 0.1 takes about 3 minutes")
    parser.add_argument("--stores", default="sqlite,postgres", help="databases, with commas between them")
    parser.add_argument(
        "--write",
        action="store_true",
        help="put the figures into docs/performance.md, over older ones",
    )
    options = parser.parse_args()
    run = this_run(options.scale)
    for name in options.names or NAMES:
        module = importlib.import_module(f"bench.{MODULES.get(name, name)}")
        for dialect in options.stores.split(","):
            began = time.monotonic()
            figures = asyncio.run(module.measure(dialect, options.scale))
            for figure in figures:
                print(figure.line(), flush=True)
            print(f"             ({name} on {dialect}: {time.monotonic() - began:.0f} s)", flush=True)
            if options.write:
                keep(figures, run)
                write()


if __name__ == "__main__":
    main()
