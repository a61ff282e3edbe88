"""What is not in the docs is not finished: settings, events, routes, error codes, commands."""

from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute
from typer.main import get_command

from pressrun.api import (
    agent_graphs,
    applications,
    audit,
    batch_corrections,
    batch_estimate,
    batch_events,
    batch_results,
    batch_rows,
    batch_series,
    batches,
    chat,
    draft_run,
    file_content,
    files,
    generate,
    graph_questions,
    graphs,
    job_lists,
    job_prompts,
    jobs,
    keys,
    limits,
    models,
    operations,
    overview,
    people,
    session,
    sessions,
    system,
    usage,
    versions,
    webhook_deliveries,
    webhooks,
)
from pressrun.cli.main import build
from pressrun.errors import Code, FailureCode
from pressrun.organizations.audit import Action
from pressrun.settings import Settings
from pressrun.telemetry.events import JobEvent, ServerEvent

ROOT = Path(__file__).parents[2]
DOCS = "\n".join(path.read_text() for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))])
ROUTERS = (
    applications, audit, batch_corrections, batch_estimate, batch_events, batch_results, batch_rows, batch_series,
    agent_graphs, graph_questions, graphs,
    batches, chat, draft_run, file_content, files, generate, job_lists, job_prompts, jobs, keys, limits, models,
    operations, overview, people, session, sessions, system, usage, versions, webhook_deliveries, webhooks,
)  # fmt: skip


def routes() -> list[str]:
    return sorted(
        f"{method} {route.path.replace(':path', '')}"
        for module in ROUTERS
        for route in module.router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    )


def commands() -> list[str]:
    found: list[str] = []

    def walk(command: Any, path: str) -> None:
        if not hasattr(command, "commands"):
            found.append(path)
            return
        for name, child in command.commands.items():
            walk(child, f"{path} {name}")

    walk(get_command(build()), "pressrun")
    return found


def test_there_are_commands_and_routes() -> None:
    assert len(commands()) > 20
    assert len(routes()) > 20


@pytest.mark.parametrize("name", Settings.model_fields)
def test_settings_are_documented(name: str) -> None:
    assert f"| `{name}` |" in DOCS


@pytest.mark.parametrize("event", [*JobEvent, *ServerEvent])
def test_events_are_documented_and_used(event: str) -> None:
    assert f"`{event}`" in DOCS


@pytest.mark.parametrize("action", Action)
def test_actions_of_the_audit_log_are_documented(action: str) -> None:
    assert f"`{action}`" in DOCS


@pytest.mark.parametrize("code", [*Code, *FailureCode])
def test_error_codes_are_documented(code: str) -> None:
    assert f"| `{code}` |" in DOCS


@pytest.mark.parametrize("route", routes())
def test_routes_are_documented(route: str) -> None:
    assert f"`{route}`" in DOCS


@pytest.mark.parametrize("command", commands())
def test_commands_are_documented(command: str) -> None:
    assert f"`{command}" in DOCS


def test_links_lead_somewhere() -> None:
    for path in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]:
        for piece in path.read_text().split("](")[1:]:
            target = piece.split(")")[0].split("#")[0]
            if target and "://" not in target:
                assert (path.parent / target).exists(), f"{path.name}: {target}"
