"""Agents and jobs that several tests use, made over HTTP."""

import json
from typing import Any

from tests.api.client import Client

AGENT: dict[str, Any] = {
    "name": "Echo",
    "alias": "echo",
    "inputs": [{"name": "Text", "type": "text", "max_fields": 5}],
    "prompts": [{"name": "say", "model": "scripted", "prompt": "@Text"}],
    "output": {"title": "Said"},
}
RANDOM_ID = "6f2c1e0a-1111-4222-8333-444455556666"
JOBS = "/v1/applications/echo/jobs"


def agent(**changes: Any) -> dict[str, Any]:
    """An agent that gives its text back, some of its fields replaced."""
    return {**AGENT, **changes}


def says(model: str) -> list[dict[str, str]]:
    """Prompts that ask this model."""
    return [{"name": "say", "model": model, "prompt": "@Text"}]


def text(*values: str, **more: Any) -> dict[str, Any]:
    """A request with these values."""
    return {"inputs": [{"id": "Text", "value": list(values)}], **more}


async def deploy(client: Client, **changes: Any) -> str:
    """A deployed agent; its id."""
    made = (await client.post("/v1/applications", agent(**changes))).ok(201)
    return str((await client.post(f"/v1/applications/{made['id']}/deploy")).ok()["id"])


async def add_model(client: Client, name: str, *rules: dict[str, Any]) -> None:
    """A model that answers by these rules."""
    (await client.post("/v1/models", {"name": name, "script": json.dumps(rules)})).ok(201)


async def create(client: Client, *values: str, reference: str = "echo", **more: Any) -> str:
    """An accepted job; its id."""
    return str((await client.post(f"/v1/applications/{reference}/jobs", text(*values, **more))).ok(202)["id"])


async def job(client: Client, job_id: str) -> Any:
    """A job as it stands."""
    return (await client.get(f"/v1/applications/jobs/{job_id}")).ok()


async def ended(client: Client, job_id: str) -> Any:
    """A job once it has ended."""
    found = (await client.get(f"/v1/applications/jobs/{job_id}?wait=30")).ok()
    assert found["status"] != "in_progress", found
    return found
