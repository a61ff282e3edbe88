"""What an organization has, and how its answers are held against those for what nobody has."""

import re
import uuid
from dataclasses import dataclass
from typing import Any

from pressrun.organizations.keys import Scope
from tests.api.browser import Browser
from tests.api.client import Answer, Client
from tests.api.samples import agent, create, deploy, ended, text
from tests.api.server import Server

VARIES = {"date", "x-request-id", "content-length"}

BODIES: dict[tuple[str, str], Any] = {
    ("POST", "/v1/applications/{application_id}"): text("a"),
    ("POST", "/v1/applications/{application_id}/jobs"): text("a"),
    ("POST", "/v1/applications/{application_id}/draft/run"): text("a"),
    ("POST", "/v1/applications/{application_id}/batches"): {"rows": [{"Text": "a"}]},
    ("POST", "/v1/applications/{application_id}/rollback"): {"version": 1},
    ("PATCH", "/v1/applications/{application_id}"): {"name": "Other"},
    ("PUT", "/v1/applications/{application_id}/draft"): agent(alias="other"),
    ("PUT", "/v1/applications/{application_id}/graphs"): {"graph_ids": []},
    ("POST", "/v1/graphs/{graph_id}/file"): {"file_id": "x"},
}
"""Bodies with which the owner would succeed."""


@dataclass(frozen=True)
class Possessions:
    """What the other organization has."""

    agent_id: str
    alias: str
    open_job: str
    done_job: str
    key_id: str
    person_id: str
    session_id: str
    model: str
    batch_id: str
    webhook_id: str
    delivery_id: str
    file_id: str
    graph_id: str

    def of(self, parameter: str) -> list[str]:
        """Their values for a parameter of a path."""
        return {
            "application_id": [self.agent_id, self.alias],
            "batch_id": [self.batch_id],
            "job_id": [self.open_job, self.done_job],
            "key_id": [self.key_id],
            "person_id": [self.person_id],
            "session_id": [self.session_id],
            "name:path": [self.model],
            "webhook_id": [self.webhook_id],
            "delivery_id": [self.delivery_id],
            "file_id": [self.file_id],
            "graph_id": [self.graph_id],
        }[parameter]

    @property
    def everything(self) -> tuple[str, ...]:
        """Every name and id of theirs."""
        return (
            self.agent_id,
            self.alias,
            self.open_job,
            self.done_job,
            self.key_id,
            self.person_id,
            self.session_id,
            self.model,
            self.batch_id,
            self.webhook_id,
            self.delivery_id,
            self.file_id,
            self.graph_id,
        )


async def furnish(server: Server, organization_id: str) -> Possessions:
    """An organization that uses everything there is; a worker must be at work."""
    key, token = await server.key(Scope.ADMIN, organization_id=organization_id)
    client = server.client(token)
    person_id = (await client.post("/v1/people", {"name": "Their Person", "role": "admin"})).ok(201)["id"]
    session_id = await sign_in(server, client, person_id)
    model = "their-model"
    (await client.post("/v1/models", {"name": model, "script": "- answer: a"})).ok(201)
    agent_id = await deploy(client, alias="their-alias")
    done = await create(client, "a", reference="their-alias")
    await ended(client, done)
    await client.send("PATCH", "/v1/limits", {"running_jobs": 0})
    waiting = await create(client, "b", reference="their-alias")
    rows = {"rows": [{"Text": "c"}]}
    batch_id = (await client.post("/v1/applications/their-alias/batches", rows)).ok(202)["id"]
    webhook_id = (await client.post("/v1/webhooks", {"url": "https://93.184.216.34/"})).ok(201)["id"]
    delivery_id = (await client.post(f"/v1/webhooks/{webhook_id}/test")).ok(202)["id"]
    disposition = {"content_disposition": "attachment; filename=theirs.txt"}
    file_id = (await client.post("/v1/files", raw=b"their text", **disposition)).ok()["id"]
    graph_id = (await client.post("/v1/graphs", {"name": "Their graph"})).ok()["id"]
    (await client.post(f"/v1/graphs/{graph_id}/file", {"file_id": file_id})).ok()
    return Possessions(
        agent_id,
        "their-alias",
        waiting,
        done,
        key.id,
        person_id,
        session_id,
        model,
        batch_id,
        webhook_id,
        delivery_id,
        file_id,
        graph_id,
    )


async def sign_in(server: Server, client: Client, person_id: str) -> str:
    """Sign a person in to the studio; the id of the session."""
    link = (await client.post(f"/v1/people/{person_id}/link")).ok(201)["url"]
    (await Browser(server).sign_in(token=link.partition("#token=")[2])).ok()
    [session] = (await client.get(f"/v1/people/{person_id}/sessions")).ok()["data"]
    return str(session["id"])


def random_like(value: str) -> str:
    """A value of the same kind and length that nobody has."""
    try:
        uuid.UUID(value)
    except ValueError:
        return "x" * len(value)
    return str(uuid.uuid4())


def seen(answer: Answer, name: str) -> tuple[int, dict[str, str], bytes]:
    """An answer without what differs from request to request, and without the name that was asked for."""
    headers = {header.lower(): value for header, value in answer.headers.items() if header.lower() not in VARIES}
    return answer.status, headers, answer.raw.replace(name.encode(), b"<name>")


def filled_with(path: str, theirs: Possessions) -> tuple[str, list[str]] | None:
    """A route's path with `{}` for the id of what it is about, and their values for that; None where it has no id."""
    parameters = re.findall(r"\{([\w:]+)\}", path)
    if not parameters or path.startswith("/docs"):
        return None
    subject, *rest = parameters
    filled = path.replace("{" + subject + "}", "{}")
    others = {"version": "1", "file_id": theirs.file_id, "session_id": theirs.session_id}
    for parameter in rest:
        filled = filled.replace("{" + parameter + "}", others[parameter])
    return filled, theirs.of(subject)
