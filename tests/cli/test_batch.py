"""`pressrun batch`: from a file to the results of its rows."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter

from tests.cli.conftest import Pressrun
from tests.live_server import LiveServer

ROWS = "Topic;Price\nTerra, the shoe;1,50\nAqua;2\n"


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    """A file of two rows."""
    path = tmp_path / "rows.csv"
    path.write_text(ROWS)
    return path


def table(content: str) -> list[dict[str, str]]:
    """The rows of a result."""
    return list(csv.DictReader(io.StringIO(content.removeprefix("\ufeff"), newline="")))


def id_of(stderr: str) -> str:
    """The id of the batch that was accepted."""
    return stderr.partition("as batch ")[2].split()[0]


def test_a_file_comes_back_with_its_results(pressrun: Pressrun, agent: str, rows: Path) -> None:
    """Whole, in its order, with its own columns; progress and remarks are on standard error."""
    done = pressrun("batch", agent, str(rows), "-o", "out.csv")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "accepted 2 rows as batch" in done.stderr
    assert "completed: 2 of 2 rows completed; $0.00" in done.stderr
    found = table((rows.parent / "out.csv").read_text("utf-8"))
    assert [(row["Topic"], row["Price"], row["suggestion"], row["status"]) for row in found] == [
        ("Terra, the shoe", "1,50", "Terra, the shoe", "completed"),
        ("Aqua", "2", "Aqua", "completed"),
    ]
    assert [path.name for path in rows.parent.iterdir() if path.name.endswith(".part")] == []


@pytest.mark.parametrize("kind", ["csv", "jsonl", "xlsx"])
def test_results_are_in_the_format_of_the_files_name(pressrun: Pressrun, agent: str, rows: Path, kind: str) -> None:
    """Also a second time."""
    done = pressrun("batch", agent, str(rows), "-o", f"out.{kind}")
    begins = {"csv": b"\xef\xbb\xbfTopic,Price,", "jsonl": b'{"Topic":', "xlsx": b"PK\x03\x04"}[kind]
    assert (rows.parent / f"out.{kind}").read_bytes().startswith(begins)
    again = pressrun("batches", "results", id_of(done.stderr), "--format", "jsonl")
    assert [json.loads(line)["row"] for line in again.stdout.splitlines()] == [1, 2]


def test_bad_rows_are_listed_and_nothing_is_run_unless_they_are_skipped(
    pressrun: Pressrun, agent: str, rows: Path
) -> None:
    """Exit code 1 either way: not every row has a result."""
    rows.write_text("Topic,x\n,1\nTerra,2\n" + ",3\n" * 30)
    refused = pressrun("batch", agent, str(rows))
    assert refused.exit_code == 1
    assert "31 of 32 rows cannot be run" in refused.stderr
    assert "say --skip-bad" in refused.stderr
    assert 'row 1, column Topic: the required input "Topic" is empty' in refused.stderr
    assert "… and 12 more" in refused.stderr
    assert "run the others with --skip-bad" in pressrun("batch", agent, str(rows), "--estimate").stderr
    skipped = pressrun("batch", agent, str(rows), "--skip-bad", "-o", "out.csv")
    assert skipped.exit_code == 1
    assert "31 rows have no result" in skipped.stderr
    assert len(table((rows.parent / "out.csv").read_text())) == 32


def test_columns_are_mapped_and_standard_input_is_read(pressrun: Pressrun, agent: str) -> None:
    """The result goes to standard output when asked to."""
    typed = "Thema|Topic\nTerra|x\n"
    done = pressrun("batch", agent, "-", "--map", "Thema=Topic", "-o", "-", typed=typed)
    assert done.exit_code == 0, done.stderr
    assert table(done.stdout)[0]["suggestion"] == "Terra"
    missing = pressrun("batch", agent, "-", typed="Thema\nTerra\n")
    assert missing.exit_code == 1
    assert 'no column for the required input "Topic"' in missing.stderr
    assert '--map "COLUMN=Topic"' in missing.stderr


def test_rows_on_a_later_sheet_are_asked_after(pressrun: Pressrun, agent: str, tmp_path: Path) -> None:
    """The first one is read; where it feeds nothing, the flag that names another is told."""
    with xlsxwriter.Workbook(tmp_path / "two.xlsx") as book:
        book.add_worksheet("Notes").write_column(0, 0, ["Read me", "first"])
        book.add_worksheet("Topics").write_column(0, 0, ["Topic", "Terra"])
    refused = pressrun("batch", agent, "two.xlsx")
    assert (refused.exit_code, "--sheet NAME reads another" in refused.stderr) == (1, True)
    named = pressrun("batch", agent, "two.xlsx", "--sheet", "Notes")
    assert (named.exit_code, "--sheet" in named.stderr) == (1, False)
    assert pressrun("batch", agent, "two.xlsx", "--sheet", "Topics", "--estimate").exit_code == 0


def test_a_sample_is_shown_before_the_others_are_paid_for(pressrun: Pressrun, agent: str, rows: Path) -> None:
    """Without anybody to ask the others wait; `--yes` goes on."""
    waiting = pressrun("batch", agent, str(rows), "--sample", "1")
    assert waiting.exit_code == 1
    assert "Row 1 (completed)" in waiting.stderr
    assert "Terra, the shoe" in waiting.stderr
    batch = id_of(waiting.stderr)
    assert f"pressrun batches resume {batch}" in waiting.stderr
    resumed = pressrun("batches", "resume", batch, "--wait")
    assert resumed.exit_code == 0, resumed.stderr
    assert "2 of 2 rows completed" in resumed.stderr
    assert pressrun("batch", agent, str(rows), "--sample", "1", "--yes").exit_code == 0


def test_failed_rows_are_told_and_can_be_run_again(pressrun: Pressrun, agent: str, rows: Path) -> None:
    """With their reasons, in the file too."""
    rows.write_text("Topic\nTerra\nexplode\n")
    done = pressrun("batch", agent, str(rows), "-o", "out.csv")
    assert done.exit_code == 1
    assert "1 rows have no result (1 model_refused)" in done.stderr
    assert table((rows.parent / "out.csv").read_text())[1]["error_code"] == "model_refused"
    again = pressrun("batches", "retry", id_of(done.stderr), "--error-code", "model_refused", "--wait", "--json")
    assert again.exit_code == 1
    assert json.loads(again.stdout)["counts"]["completed"] == 1


def test_a_canary_that_fails_holds_the_others_back(pressrun: Pressrun, agent: str, rows: Path) -> None:
    """And one that goes well does not."""
    rows.write_text("Topic\nexplode\nTerra\n")
    held = pressrun("batch", agent, str(rows), "--canary", "1", "--yes")
    assert held.exit_code == 1
    assert "the first 1 rows are done, and 1 of them failed" in held.stderr
    rows.write_text("Topic\nTerra\nAqua\n")
    assert pressrun("batch", agent, str(rows), "--canary", "1").exit_code == 0


def test_a_deadline_and_whom_to_tell(pressrun: Pressrun, agent: str, rows: Path) -> None:
    """What the API takes, by flags."""
    flags = ("--deadline", "1h 30min", "--priority", "1", "--webhook-url", "https://example.com/done")
    done = pressrun("batch", agent, str(rows), *flags, "--async", "--json")
    found = json.loads(done.stdout)
    created, until = (datetime.fromisoformat(found[name]) for name in ("created_at", "deadline_at"))
    assert (until - created).total_seconds() == 5400
    assert found["options"]["priority"] == 1
    refused = pressrun("batch", agent, str(rows), "--webhook-url", "ftp://example.com")
    assert "--webhook-url must begin with http:// or https://" in refused.stderr


def test_detached_it_prints_the_id_and_can_be_watched(pressrun: Pressrun, agent: str, rows: Path) -> None:
    """From anywhere, later."""
    batch = pressrun("batch", agent, str(rows), "--async").stdout.strip()
    watched = pressrun("batches", "watch", batch, "-o", "out.csv", "--json")
    assert watched.exit_code == 0, watched.stderr
    assert json.loads(watched.stdout)["id"] == batch
    assert len(table((rows.parent / "out.csv").read_text())) == 2


def test_the_same_idempotency_key_is_the_same_batch(pressrun: Pressrun, agent: str, rows: Path) -> None:
    """And without one every command is a batch of its own."""
    key = ("--idempotency-key", f"key-{agent}", "--async")
    first, second = (pressrun("batch", agent, str(rows), *key).stdout for _ in range(2))
    assert first == second
    assert pressrun("batch", agent, str(rows), "--async").stdout != first


def test_ctrl_c_detaches_and_the_batch_goes_on(server: LiveServer, pressrun: Pressrun, agent: str, rows: Path) -> None:
    """It says how to attach again, with the exit code that shells expect."""
    rows.write_text("Topic\nslowly\n")
    command = [sys.executable, "-m", "pressrun", "batch", agent, str(rows)]
    environment = {**os.environ, "PRESSRUN_URL": server.url, "PRESSRUN_API_KEY": server.api_key}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("running"):
                break
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
    assert process.returncode == 130
    batch = rest.partition("pressrun batches watch ")[2].split("`")[0]
    assert json.loads(pressrun("batches", "show", batch, "--json").stdout)["counts"]["running"] == 1
    assert "being cancelled" in pressrun("batches", "cancel", batch, "--cut").stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("no-such.csv",), "cannot read no-such.csv"),
        (("rows.csv", "-o", "no/such/folder.csv"), "cannot write no/such/folder.csv"),
        (("rows.csv", "-o", "out.pdf"), "results are written as .csv, .jsonl or .xlsx"),
        (("rows.csv", "--map", "Topic"), "'Topic' is no map"),
        (("rows.csv", "--json", "-o", "-"), "both print on standard output"),
        (("rows.csv", "--deadline", "soon"), "--deadline 'soon' is no duration: write a number and a unit"),
        (("rows.csv", "--sample", "1", "--canary", "1"), "say only one of them"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_is_sent(
    pressrun: Pressrun, agent: str, rows: Path, arguments: tuple[str, ...], said: str
) -> None:
    """Wrong usage."""
    done = pressrun("batch", agent, *arguments)
    assert done.exit_code == 2
    assert said in done.stderr


def test_what_the_server_does_not_know_is_said_of_the_flag(pressrun: Pressrun, agent: str, rows: Path) -> None:
    """Every fault at once."""
    done = pressrun("batch", agent, str(rows), "--stop-on-errors", "many", "--max-cost", "cheap")
    assert done.exit_code == 1
    assert "--stop-on-errors must be a share" in done.stderr
    assert "--max-cost must be a number of US dollars" in done.stderr
