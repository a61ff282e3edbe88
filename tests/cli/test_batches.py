"""`pressrun batches` and `pressrun agents template`."""

import json
from pathlib import Path

import pytest

from pressrun.cli.batch_words import span
from tests.cli.conftest import Pressrun


@pytest.fixture
def batch(pressrun: Pressrun, agent: str, tmp_path: Path) -> str:
    """A batch whose only row waits for a model; its id."""
    (tmp_path / "rows.csv").write_text("Topic\nslowly\n")
    return pressrun("batch", agent, str(tmp_path / "rows.csv"), "--async").stdout.strip()


def test_the_list_is_newest_first_and_pages(pressrun: Pressrun, agent: str, tmp_path: Path) -> None:
    """Of one agent, or of all."""
    assert "No batches" in pressrun("batches", "list", agent).stderr
    (tmp_path / "rows.csv").write_text("Topic\nTerra\n")
    made = [pressrun("batch", agent, "rows.csv", "--async", "--name", name).stdout.strip() for name in ("a", "b")]
    page = json.loads(pressrun("batches", "list", agent, "--json").stdout)
    assert [(one["id"], one["name"]) for one in page["result"]] == [(made[1], "b"), (made[0], "a")]
    listed = pressrun("batches", "list", agent, "--limit", "1")
    assert made[1] in listed.stdout
    assert "1 of 2; --offset 1 shows the next" in listed.stderr
    assert made[1] in pressrun("batches", "list").stdout


def test_pause_resume_and_cancel_say_how_it_stands(pressrun: Pressrun, batch: str) -> None:
    """And what to type next."""
    paused = pressrun("batches", "pause", batch)
    assert f"Batch {batch} is paused: 0 of 1 rows completed" in paused.stdout
    shown = pressrun("batches", "show", batch)
    assert "paused on request" in shown.stdout
    assert f"pressrun batches resume {batch}" in shown.stderr
    assert pressrun("batches", "watch", batch).exit_code == 1
    assert f"pressrun batches watch {batch}" in pressrun("batches", "resume", batch).stderr
    assert json.loads(pressrun("batches", "cancel", batch, "--cut", "--json").stdout)["cancel_requested"] is True
    watched = pressrun("batches", "watch", batch)
    assert watched.exit_code == 1
    assert "cancelled: 0 of 1 rows completed, 1 cancelled" in watched.stderr
    assert f"Deleted the batch {batch}" in pressrun("batches", "delete", batch, "--yes").stdout


def test_results_can_be_had_at_any_moment(pressrun: Pressrun, batch: str) -> None:
    """A line for a row that has no result yet."""
    found = pressrun("batches", "results", batch, "--format", "jsonl", "--raw")
    assert json.loads(found.stdout)["status"] in {"queued", "running"}
    assert "0 of 1 rows" in found.stderr
    pressrun("batches", "cancel", batch, "--cut")


def test_a_batch_that_is_not_there_is_exit_code_1(pressrun: Pressrun) -> None:
    """In the server's words."""
    for command in ("show", "watch", "results", "pause", "resume", "cancel", "retry"):
        done = pressrun("batches", command, "nobody")
        assert done.exit_code == 1
        assert "no batch" in done.stderr


def test_deleting_asks_first(pressrun: Pressrun) -> None:
    """Where there is nobody to ask, it does nothing."""
    assert pressrun("batches", "delete", "some").exit_code == 2


def test_a_template_is_a_file_that_its_agent_takes(pressrun: Pressrun, agent: str, tmp_path: Path) -> None:
    """On standard output, as CSV, as a workbook."""
    assert pressrun("agents", "template", agent).stdout.splitlines() == ["Topic", "(Topic)"]
    for name in ("t.csv", "t.xlsx"):
        made = pressrun("agents", "template", agent, "-o", name)
        assert f"pressrun batch {agent} {name} -o results.csv" in made.stderr
        assert pressrun("batch", agent, str(tmp_path / name)).exit_code == 0
    assert pressrun("agents", "template", agent, "-o", "t.jsonl").exit_code == 2


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0, 0, ""),
        (3, 5, "3–5 s"),
        (60, 119, "60–119 s"),
        (100, 130, "1–3 min"),
        (7_000, 7_300, "1–3 h"),
        (400_000, 500_000, "4–6 d"),
        (5, 5, "5 s"),
    ],
)
def test_a_span_is_told_in_the_unit_of_its_end(low: int, high: int, said: str) -> None:
    """Rounded away from what would promise too much."""
    assert span({"low": low, "high": high}) == said
    assert span(None) == ""
