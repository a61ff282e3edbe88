"""The official Python client's own tests, unchanged, on a live server with each database."""

import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.live_server import live_server

ROOT = Path(__file__).parents[2]
SDIST = "writer_sdk-3.0.0"
SUITE_S = 300
"""A client that is answered 500 tries for two minutes: the first such test is the last."""

RESOURCES = "tests/api_resources"
SUITES = {
    f"{RESOURCES}/applications/test_jobs.py": 85,
    f"{RESOURCES}/test_applications.py": 85,
    f"{RESOURCES}/applications/test_graphs.py": 40,
    f"{RESOURCES}/test_graphs.py": 185,
    f"{RESOURCES}/test_files.py": 75,
    f"{RESOURCES}/test_models.py": 15,
    f"{RESOURCES}/test_chat.py": 40,
    f"{RESOURCES}/test_completions.py": 40,
}
"""Files of the suite, and how many of their tests run."""


@pytest.fixture(scope="session")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked source distribution; its hash is in requirements/sdk-tests.lock."""
    folder = tmp_path_factory.mktemp("upstream")
    fetched = subprocess.run(
        [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"),
            *("--no-build-isolation", "--require-hashes", "-d", str(folder)),
            *("-r", str(ROOT / "requirements" / "sdk-tests.lock")),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert fetched.returncode == 0, fetched.stderr
    with tarfile.open(folder / f"{SDIST}.tar.gz") as archive:
        archive.extractall(folder)  # noqa: S202 - its hash was checked; Python 3.11.2 has no filters
    return folder / SDIST


def test_upstream_suites_pass(upstream: Path, database_url: str, tmp_path: Path) -> None:
    environment = {
        "PRESSRUN_UNKNOWN_MODEL_TO_DEFAULT": "true",
        "PRESSRUN_LOG_LEVEL": "warning",
        "PRESSRUN_EMBEDDER": "none",  # what is found is not the matter here
    }
    with live_server(tmp_path / "data", database_url, environment=environment) as server:
        # Writer's tests name models of Writer's; whatever is not known here is answered for by this one.
        server.request("POST", "/v1/models/scripted/default")
        done = subprocess.run(
            [
                *(sys.executable, "-m", "pytest", "-o", "addopts=", "-p", "no:xdist", "-p", "no:cacheprovider"),
                *("-p", "tests_seed_plugin", "-q", "-x", *SUITES),
            ],
            cwd=upstream,
            env={
                **os.environ,
                "PYTHONPATH": f"{_plugin_path(tmp_path)}{os.pathsep}{upstream}",
                "TEST_API_BASE_URL": server.url,
                "PRESSRUN_DATABASE_URL": database_url,
                "PRESSRUN_DATA_DIR": str(server.data_dir),
            },
            capture_output=True,
            text=True,
            timeout=SUITE_S,
            check=False,
        )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed is not None
    assert int(passed.group(1)) == sum(SUITES.values()), done.stdout[-500:]


def _plugin_path(tmp_path: Path) -> Path:
    """Our plugin under a name of its own: upstream's tests are a package called `tests` too."""
    folder = tmp_path / "plugin"
    folder.mkdir()
    shutil.copy(ROOT / "tests" / "sdk" / "seed_plugin.py", folder / "tests_seed_plugin.py")
    return folder
