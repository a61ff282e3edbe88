"""What a process does not import: every start, and every return of a killed worker's jobs, waits for its imports."""

import subprocess
import sys

import pytest

EVERYWHERE = {
    "aiohttp",
    "apsw",
    "asyncpg",
    "chardet",
    "cryptography",
    "jsonschema_rs",
    "openpyxl",
    "xlsxwriter",
    "yaml",
}
PROCESSES = {
    "import pressrun.worker.process": {*EVERYWHERE, "fastapi", "rich", "starlette", "typer", "uvicorn"},
    "import pressrun.api.process": {*EVERYWHERE, "prometheus_client", "rich", "typer"},
    "import pressrun.cli.entry, pressrun.worker.head_start": {"asyncio", "pydantic", "structlog", "typer", "uvloop"},
    "from pressrun.cli.main import build; build('serve')": {*EVERYWHERE, "fastapi", "starlette", "uvicorn"},
}


@pytest.mark.parametrize(("start", "unwanted"), PROCESSES.items(), ids=["worker", "api", "entry", "serve"])
def test_a_process_starts_without_what_it_seldom_needs(start: str, unwanted: set[str]) -> None:
    """Slow modules wait for their first use; of the two databases' drivers, the one in use is loaded on opening it."""
    program = f"import sys; {start}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) & unwanted == set()
    assert "pressrun" in done.stdout.split()
