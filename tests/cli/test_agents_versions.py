"""`pressrun agents`: deploy, versions, rollback."""

import json

from tests.cli.conftest import AGENT, Pressrun


def test_versions_come_and_go_back(pressrun: Pressrun, agent: str) -> None:
    """A rollback deploys an old version and makes no new one."""
    pressrun("agents", "apply", "-", typed=AGENT.format(alias=agent).replace("name: Echo", "name: Echo 2"))
    assert "as version 2" in pressrun("agents", "deploy", agent, "--note", "louder").stdout
    listed = pressrun("agents", "versions", agent).stdout.splitlines()
    assert listed[1].split()[:2] == ["2", "deployed"]
    assert listed[1].endswith("louder")
    assert "run on version 1" in pressrun("agents", "rollback", agent, "1").stdout
    versions = json.loads(pressrun("agents", "versions", agent, "--json").stdout)["data"]
    assert [(one["version"], one["deployed"]) for one in versions] == [(2, False), (1, True)]


def test_a_version_that_is_not_there_is_exit_code_1(pressrun: Pressrun, agent: str) -> None:
    """And one that is no number is wrong usage."""
    assert pressrun("agents", "rollback", agent, "9").exit_code == 1
    assert pressrun("agents", "rollback", agent, "last").exit_code == 2


def test_deploy_and_rollback_speak_json(pressrun: Pressrun, agent: str) -> None:
    """One document each."""
    assert json.loads(pressrun("agents", "deploy", agent, "--json").stdout)["deployed_version"] == 1
    assert json.loads(pressrun("agents", "rollback", agent, "1", "--json").stdout)["alias"] == agent
