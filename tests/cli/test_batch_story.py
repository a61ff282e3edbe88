"""A spreadsheet from the command line on either database: run, corrected, retried, done."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import AGENT, SCRIPT, Pressrun
from tests.cli.test_batch import id_of, table
from tests.live_server import LiveServer, live_server


@pytest.fixture
def either(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LiveServer]:
    """The server of all tests, or one on PostgreSQL."""
    if dialect == "sqlite":
        yield request.getfixturevalue("server")
        return
    (tmp_path / "script.yaml").write_text(SCRIPT)
    environment = {"PRESSRUN_SCRIPT": str(tmp_path / "script.yaml"), "PRESSRUN_GRACE_S": "0"}
    with live_server(tmp_path / "data", request.getfixturevalue("database_url"), environment=environment) as running:
        yield running


def test_failed_rows_are_corrected_in_a_spreadsheet(
    either: LiveServer, alone: Pressrun, alias: str, tmp_path: Path
) -> None:
    """They come down with their errors, and go up again into the same batch."""

    def pressrun(*arguments: str, code: int = 0) -> str:
        done = alone(*arguments, PRESSRUN_URL=either.url, PRESSRUN_API_KEY=either.api_key)
        assert done.exit_code == code, done.stderr
        return done.stdout + done.stderr

    (tmp_path / "agent.yaml").write_text(AGENT.format(alias=alias))
    pressrun("agents", "apply", "agent.yaml", "--deploy")
    (tmp_path / "rows.csv").write_text("Topic,Price\nTerra,1\nexplode,2\n,3\n")
    batch = id_of(pressrun("batch", alias, "rows.csv", "--skip-bad", code=1))
    pressrun("batches", "results", batch, "--failed", "-o", "failed.csv")
    text = (tmp_path / "failed.csv").read_text("utf-8-sig")
    assert [(row["row"], row["error_code"]) for row in table(text)] == [("2", "model_refused"), ("3", "invalid")]
    assert "row 3, column Topic" in pressrun("batches", "correct", batch, "failed.csv", code=1)
    (tmp_path / "failed.csv").write_text(text.replace("explode,2", "Aqua,2").replace("\n,3", "\nFlex,3"))
    assert "3 of 3 rows completed" in pressrun("batches", "correct", batch, "failed.csv", "--wait")
    pressrun("batches", "results", batch, "-o", "all.csv")
    found = table((tmp_path / "all.csv").read_text("utf-8"))
    assert [(row["Price"], row["suggestion"]) for row in found] == [("1", "Terra"), ("2", "Aqua"), ("3", "Flex")]
