"""`pressrun keys`."""

import json

from tests.cli.conftest import Pressrun


def test_a_key_is_printed_once_and_works_until_it_is_revoked(pressrun: Pressrun, agent: str, alias: str) -> None:
    """On standard output alone, so that a script can take it."""
    made = pressrun("keys", "create", alias, "--scope", "agents:read", "--fold-retries")
    key = made.stdout.strip()
    assert key.startswith("pr_live_")
    assert key not in made.stderr
    assert agent in pressrun("agents", "list", PRESSRUN_API_KEY=key).stdout
    assert pressrun("run", agent, "Topic=x", PRESSRUN_API_KEY=key).exit_code == 1
    record = next(one for one in json.loads(pressrun("keys", "list", "--json").stdout)["data"] if one["name"] == alias)
    assert (record["scopes"], record["fold_retries"]) == (["agents:read"], True)
    listed = pressrun("keys", "list").stdout
    assert alias in listed
    assert key not in listed
    assert pressrun("keys", "revoke", record["id"], typed="y\n").exit_code == 2
    assert pressrun("keys", "revoke", record["id"], "--yes").exit_code == 0
    revoked = next(one for one in json.loads(pressrun("keys", "list", "--json").stdout)["data"] if one["name"] == alias)
    assert revoked["revoked_at"]


def test_a_key_has_what_clients_need_by_default(pressrun: Pressrun, alias: str) -> None:
    """And no more."""
    made = json.loads(pressrun("keys", "create", alias, "--json").stdout)
    assert sorted(made["scopes"]) == ["agents:read", "jobs:read", "jobs:write"]
    assert made["key"].startswith("pr_live_")


def test_what_is_wrong_is_said(pressrun: Pressrun) -> None:
    """A scope that is none, a name that is empty, an id nobody has."""
    assert pressrun("keys", "create", "x", "--scope", "everything").exit_code == 2
    assert pressrun("keys", "create", "").exit_code == 1
    assert pressrun("keys", "revoke", "nobody", "--yes").exit_code == 1
