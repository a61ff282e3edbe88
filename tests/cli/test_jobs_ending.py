"""`pressrun jobs`: retry, cancel, delete."""

import json

from tests.cli.conftest import Pressrun


def test_retry_runs_a_failed_job_again_under_its_id(pressrun: Pressrun, agent: str) -> None:
    """With --wait it ends as `run` does."""
    job_id = json.loads(pressrun("run", agent, "Topic=explode", "--json").stdout)["id"]
    again = pressrun("jobs", "retry", job_id, "--wait", "--json")
    assert again.exit_code == 1
    assert (json.loads(again.stdout)["id"], json.loads(again.stdout)["generation"]) == (job_id, 2)
    assert pressrun("jobs", "retry", job_id).stdout == f"{job_id}\n"


def test_a_completed_job_is_not_retried(pressrun: Pressrun, agent: str) -> None:
    """Its result stays."""
    job_id = json.loads(pressrun("run", agent, "Topic=fine", "--json").stdout)["id"]
    assert pressrun("jobs", "retry", job_id).exit_code == 1


def test_cancel_ends_a_job(pressrun: Pressrun, agent: str) -> None:
    """A running one as soon as its worker hears of it."""
    job_id = pressrun("run", agent, "Topic=slowly", "--async").stdout.strip()
    cancelled = pressrun("jobs", "cancel", job_id)
    assert cancelled.exit_code == 0
    assert job_id in cancelled.stdout
    ended = pressrun("jobs", "watch", job_id)
    assert ended.exit_code == 1
    assert "cancelled" in ended.stderr
    assert json.loads(pressrun("jobs", "cancel", job_id, "--json").stdout)["state"] == "cancelled"


def test_delete_removes_a_job_that_has_ended(pressrun: Pressrun, agent: str) -> None:
    """And asks first; one that has not ended stays."""
    job_id = json.loads(pressrun("run", agent, "Topic=fine", "--json").stdout)["id"]
    assert pressrun("jobs", "delete", job_id).exit_code == 2
    assert pressrun("jobs", "delete", job_id, "--yes").exit_code == 0
    assert pressrun("jobs", "show", job_id).exit_code == 1
    running = pressrun("run", agent, "Topic=slowly", "--async").stdout.strip()
    refused = pressrun("jobs", "delete", running, "--yes")
    assert refused.exit_code == 1
    assert "cancel it first" in refused.stderr
    pressrun("jobs", "cancel", running)
