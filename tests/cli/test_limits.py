"""`pressrun limits` and `pressrun audit`."""

import json

from tests.cli.conftest import Pressrun


def test_limits_are_shown_set_and_taken_away(pressrun: Pressrun) -> None:
    """For people and for programs."""
    assert pressrun("limits", "set", "tokens-per-day", "2000000000").stdout == "tokens-per-day is 2,000,000,000 now.\n"
    shown = pressrun("limits", "show").stdout
    assert "2,000,000,000" in shown
    assert "requests a minute of each key" in shown
    found = {one["name"]: one for one in json.loads(pressrun("limits", "show", "--json").stdout)["data"]}
    assert found["tokens_per_day"]["value"] == 2_000_000_000
    assert found["queued_jobs"]["server_most"] == 1_000_000
    assert pressrun("limits", "clear", "tokens-per-day").stdout == "tokens-per-day is not limited now.\n"
    cleared = json.loads(pressrun("limits", "clear", "tokens-per-day", "--json").stdout)["data"]
    assert {one["value"] for one in cleared} == {None}


def test_limits_that_mean_nothing_are_refused(pressrun: Pressrun) -> None:
    """With the words of the server or of the command line."""
    assert pressrun("limits", "set", "money", "1").exit_code == 2
    assert pressrun("limits", "set", "queued-jobs", "-1").exit_code == 2
    refused = pressrun("limits", "set", "requests-per-minute", "0")
    assert refused.exit_code == 1
    assert "requests_per_minute must be between 1" in refused.stderr


def test_what_was_done_is_shown(pressrun: Pressrun, agent: str, alias: str) -> None:
    """The newest first; of one kind only when asked."""
    made = json.loads(pressrun("keys", "create", alias, "--json").stdout)
    shown = pressrun("audit", "--limit", "5").stdout
    assert "key.created" in shown
    assert made["id"] in shown
    assert made["key"] not in shown
    found = json.loads(pressrun("audit", "--action", "agent.deployed", "--json").stdout)["data"]
    assert {one["action"] for one in found} == {"agent.deployed"}
    older = json.loads(pressrun("audit", "--before", found[0]["id"], "--json").stdout)["data"]
    assert all(int(one["id"]) < int(found[0]["id"]) for one in older)
    assert pressrun("audit", "--action", "nonsense").exit_code == 1


def test_keys_that_expire(pressrun: Pressrun, alias: str) -> None:
    """In days, from now."""
    made = json.loads(pressrun("keys", "create", alias, "--expires-days", "30", "--json").stdout)
    assert made["expires_at"] > made["created_at"]
    limited = json.loads(pressrun("keys", "create", alias, "--requests-per-minute", "60", "--json").stdout)
    assert limited["requests_per_minute"] == 60
    assert "Expires" in pressrun("keys", "list").stdout
