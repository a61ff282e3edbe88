"""`pressrun agents apply`."""

import json
from pathlib import Path

from tests.cli.conftest import Pressrun


def test_a_file_is_created_then_unchanged_then_updated(pressrun: Pressrun, agent_file: Path, alias: str) -> None:
    """The command may be repeated as often as one likes."""
    created = pressrun("agents", "apply", str(agent_file))
    assert f"created {alias}" in created.stdout
    assert f"pressrun agents deploy {alias}" in created.stdout
    assert f"unchanged {alias}" in pressrun("agents", "apply", str(agent_file)).stdout
    agent_file.write_text(agent_file.read_text().replace("name: Echo", "name: Echo again"))
    assert f"updated {alias}" in pressrun("agents", "apply", str(agent_file)).stdout


def test_deploy_makes_versions_and_passes_warnings_on(pressrun: Pressrun, agent_file: Path, alias: str) -> None:
    """What looks unintended is told on standard error, and does not stop anything."""
    assert "deployed as version 1" in pressrun("agents", "apply", str(agent_file), "--deploy").stdout
    agent_file.write_text(agent_file.read_text().replace('"@Topic"', '"@Topic for @Nobody"'))
    done = pressrun("agents", "apply", str(agent_file), "--deploy", "--note", "for somebody")
    assert done.exit_code == 0
    assert "deployed as version 2" in done.stdout
    assert "@Nobody" in done.stderr
    versions = json.loads(pressrun("agents", "versions", alias, "--json").stdout)["data"]
    assert [version["note"] for version in versions] == ["for somebody", ""]


def test_json_is_one_document(pressrun: Pressrun, agent_file: Path, alias: str) -> None:
    """For programs: what was done with each file."""
    done = json.loads(pressrun("agents", "apply", str(agent_file), "--deploy", "--json").stdout)
    assert [one["action"] for one in done["applied"]] == ["created"]
    assert done["applied"][0]["agent"]["alias"] == alias
    assert done["applied"][0]["agent"]["deployed_version"] == 1


def test_what_is_shown_applies_again_unchanged(pressrun: Pressrun, agent: str) -> None:
    """YAML and JSON make the whole way round."""
    for form in ("--yaml", "--json"):
        shown = pressrun("agents", "show", agent, form).stdout
        assert f"unchanged {agent}" in pressrun("agents", "apply", "-", typed=shown).stdout


def test_a_bad_file_changes_nothing_and_names_the_line(pressrun: Pressrun, agent_file: Path, tmp_path: Path) -> None:
    """A good file beside a bad one is not applied either."""
    bad = tmp_path / "bad.yaml"
    bad.write_text("name: Bad\nprompts:\n  - name: A\n    prompt: hi\n    temperature: hot\n")
    done = pressrun("agents", "apply", str(agent_file), str(bad))
    assert done.exit_code == 2
    assert done.stderr.startswith(f"error: {bad}: line 5")
    assert done.stdout == ""


def test_a_refusal_names_the_file(pressrun: Pressrun, agent_file: Path) -> None:
    """The server knows the models, the command knows the files."""
    agent_file.write_text(agent_file.read_text().replace("model: scripted", "model: nobody-has-this"))
    done = pressrun("agents", "apply", str(agent_file), "--deploy")
    assert done.exit_code == 1
    assert done.stderr.startswith(f"error: {agent_file}: ")
    assert "pressrun models add" in done.stderr


def test_a_note_without_a_deployment_is_wrong_usage(pressrun: Pressrun, agent_file: Path) -> None:
    """It would be lost."""
    assert pressrun("agents", "apply", str(agent_file), "--note", "x").exit_code == 2
