"""`pressrun jobs`: list, show, watch."""

import json
import re

from tests.cli.conftest import Pressrun


def test_the_list_is_newest_first_and_pages(pressrun: Pressrun, agent: str) -> None:
    """What was left out is said."""
    for topic in ("a", "b", "explode"):
        pressrun("run", agent, f"Topic={topic}")
    page = json.loads(pressrun("jobs", "list", agent, "--json").stdout)
    assert [job["status"] for job in page["result"]] == ["failed", "completed", "completed"]
    listed = pressrun("jobs", "list", agent, "--limit", "1")
    assert "failed" in listed.stdout
    assert "the model exploded" in listed.stdout
    assert "1 of 3; --offset 1 shows the next" in listed.stderr
    failed = json.loads(pressrun("jobs", "list", agent, "--status", "failed", "--json").stdout)
    assert failed["totalCount"] == 1
    assert pressrun("jobs", "list", agent, "--status", "sleeping").exit_code == 2
    assert json.loads(pressrun("jobs", "list", agent, "--offset", "2", "--json").stdout)["pagination"]["offset"] == 2


def test_show_has_the_text_the_inputs_and_the_timeline(pressrun: Pressrun, agent: str) -> None:
    """All that is known of a job."""
    job = json.loads(pressrun("run", agent, "Topic=some\x1b[31m topic", "--json").stdout)
    shown = pressrun("jobs", "show", job["id"]).stdout
    assert "completed" in shown
    assert r"Input     Topic: some\x1b[31m topic" in shown
    for event in ("job.created", "job.started", "job.completed"):
        assert event in shown
    assert re.search(r"^    asked scripted for 'Text': completed after [\d.]+ s", shown, re.MULTILINE), shown
    document = json.loads(pressrun("jobs", "show", job["id"], "--json").stdout)
    assert document["data"] == job["data"]
    assert document["events"][0]["event"] == "job.created"


def test_watch_tells_every_event_once_and_ends_as_the_job(pressrun: Pressrun, agent: str) -> None:
    """Events on standard error, the text on standard output, the exit code of the job."""
    job_id = pressrun("run", agent, "Topic=explode", "--async").stdout.strip()
    done = pressrun("jobs", "watch", job_id)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.count("job.created") == 1
    assert done.stderr.count("job.failed") == 1
    watched = pressrun("jobs", "watch", job_id, "--json")
    assert json.loads(watched.stdout)["status"] == "failed"


def test_a_job_that_is_not_there_is_exit_code_1(pressrun: Pressrun) -> None:
    """In the server's words."""
    for command in ("show", "watch", "cancel", "retry"):
        done = pressrun("jobs", command, "nobody")
        assert done.exit_code == 1
        assert "no job" in done.stderr
