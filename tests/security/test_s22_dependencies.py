"""S-22: what Pressrun is made of is pinned with hashes, listed, and not older than known faults allow."""

import json
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest
from packaging.version import Version

from pressrun.store.sqlite_connection import OLDEST_SQLITE, is_too_old

ROOT = Path(__file__).parents[2]
REQUIREMENTS = ROOT / "requirements"
PINNED = re.compile(r"^([\w.-]+)==([^\s;]+)", re.MULTILINE)

FLOORS = {
    "starlette": "0.49.1",  # CVE-2025-62727, ranges
    "h11": "0.16",  # CVE-2025-43859, chunked framing
    "python-multipart": "0.0.27",
    "pypdf": "6.12",
    "aiohttp": "3.14",
    "httptools": "0.7",
}


def pinned(lock: str) -> dict[str, str]:
    return dict(PINNED.findall((REQUIREMENTS / lock).read_text()))


@pytest.mark.parametrize("lock", ["run.lock", "dev.lock", "model.lock"])
def test_s22_every_package_is_pinned_with_its_hashes(lock: str) -> None:
    text = (REQUIREMENTS / lock).read_text()
    entries = re.split(r"\n(?=[\w.-]+==)", text.partition("\n")[2] if text.startswith("#") else text)
    entries = [entry for entry in entries if PINNED.match(entry)]
    # A package whose newest version no longer runs on the oldest Python stands there twice.
    assert {found[1] for entry in entries if (found := PINNED.match(entry))} == pinned(lock).keys() != set()
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
    assert "--require-hashes" in (ROOT / "bin" / "setup").read_text()


@pytest.mark.parametrize("package", FLOORS)
def test_s22_no_package_is_older_than_its_known_faults(package: str) -> None:
    """In the lock, and as it is installed here."""
    locked = pinned("run.lock").get(package)
    assert locked is None or Version(locked) >= Version(FLOORS[package])
    try:
        installed = version(package)
    except PackageNotFoundError:
        return
    assert Version(installed) >= Version(FLOORS[package])


def test_s22_sqlite_is_one_without_the_reset_fault() -> None:
    """Checked again at every start."""
    assert OLDEST_SQLITE >= (3, 51, 3)
    assert not is_too_old()


def test_s22_the_list_of_parts_is_that_of_the_locks(tmp_path: Path) -> None:
    """Made anew with `bin/sbom` whenever the locks change."""
    listed = json.loads((REQUIREMENTS / "sbom.json").read_text())
    assert listed["bomFormat"] == "CycloneDX"
    parts = {part["name"]: part["version"] for part in listed["components"]}
    assert parts == pinned("run.lock") | pinned("model.lock")
    assert all(part["purl"] == f"pkg:pypi/{part['name']}@{part['version']}" for part in listed["components"])


def test_s22_known_vulnerabilities_are_none_or_justified() -> None:
    """`bin/audit` writes the report, and does not call a package clean that nobody looked up."""
    report = json.loads((REQUIREMENTS / "audit.json").read_text())
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", report["date"])
    known = {one["id"] for one in report["vulnerabilities"]}
    assert known <= report["justified"].keys()
    reported = {name.lower().replace("_", "-") for name in (*report["looked_up"], *report["not_looked_up"])}
    # The report is made on one platform, the lock is for all of them.
    assert reported <= {name.lower().replace("_", "-") for name in pinned("run.lock")}
    assert len(reported) > 40
