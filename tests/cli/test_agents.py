"""`pressrun agents`: list, show, delete."""

import json

import pytest

from pressrun.cli.agents import PAGE
from tests.cli.conftest import AGENT, Pressrun
from tests.live_server import LiveServer


def test_the_list_has_drafts_and_deployed_ones(pressrun: Pressrun, agent: str) -> None:
    """With alias, status and version."""
    row = next(line for line in pressrun("agents", "list").stdout.splitlines() if agent in line)
    assert row.split()[:4] == [agent, "Echo", "deployed", "1"]


def test_the_list_goes_on_beyond_a_page(pressrun: Pressrun, server: LiveServer, alias: str) -> None:
    """However many agents there are."""
    names = [f"{alias}-{number}" for number in range(PAGE + 1)]
    for name in names:
        server.request("POST", "/v1/applications", {"name": name, "prompts": [{"name": "A", "prompt": "hi"}]})
    found = json.loads(pressrun("agents", "list", "--json").stdout)["data"]
    assert sorted(one["name"] for one in found if one["name"].startswith(alias)) == sorted(names)
    assert len({one["id"] for one in found}) == len(found)


def test_show_describes_an_agent(pressrun: Pressrun, agent: str) -> None:
    """Its names, its version, its inputs and prompts."""
    shown = pressrun("agents", "show", agent).stdout
    assert "version 1" in shown
    assert "Topic (text)" in shown
    assert "Text (scripted)" in shown


def test_show_can_show_a_version(pressrun: Pressrun, agent: str) -> None:
    """What was deployed, whatever the draft says now."""
    pressrun("agents", "apply", "-", typed=AGENT.format(alias=agent).replace("name: Text", "name: Other"))
    assert "name: Other" in pressrun("agents", "show", agent, "--yaml").stdout
    assert "name: Text" in pressrun("agents", "show", agent, "--yaml", "--version", "1").stdout
    assert "draft, not deployed yet" in pressrun("agents", "show", agent).stdout
    assert "version 1" in pressrun("agents", "show", agent, "--version", "1").stdout
    assert pressrun("agents", "show", agent, "--version", "9").exit_code == 1


def test_an_agent_that_is_not_there_is_exit_code_1(pressrun: Pressrun) -> None:
    """Also where the name has letters that mean something in an address."""
    for name in ("nobody", "a/b?c=d#e", "ä"):
        done = pressrun("agents", "show", name)
        assert done.exit_code == 1
        assert done.stderr.startswith("error: ")


def test_delete_asks_and_without_a_terminal_refuses(pressrun: Pressrun, agent: str) -> None:
    """Unless --yes is said."""
    refused = pressrun("agents", "delete", agent, typed="y\n")
    assert refused.exit_code == 2
    assert "--yes" in refused.stderr
    assert pressrun("agents", "show", agent).exit_code == 0
    assert pressrun("agents", "delete", agent, "--yes").exit_code == 0
    assert pressrun("agents", "show", agent).exit_code == 1


@pytest.mark.parametrize("arguments", [("--yaml", "--json")])
def test_show_prints_one_form(pressrun: Pressrun, agent: str, arguments: tuple[str, ...]) -> None:
    """Two would be no document."""
    assert pressrun("agents", "show", agent, *arguments).exit_code == 2
