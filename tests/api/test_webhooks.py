"""Webhooks over HTTP: endpoints, what became of telling them, and URLs that jobs bring along."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from pressrun.api.telling import sender_of
from pressrun.settings import Settings
from pressrun.webhooks.sender import Sender
from tests.api.client import Client
from tests.api.samples import JOBS, RANDOM_ID, create, deploy, ended, text
from tests.api.server import Server
from tests.raw_sql import fetch
from tests.webhooks.sink import Sink, answering, listening

PUBLIC = "https://93.184.216.34/hook"


@pytest.fixture
def settings(settings: Settings, database_url: str) -> Settings:
    """Those of a server that may send to loopback."""
    values = {**settings.model_dump(), "webhook_private_networks": ("127.0.0.0/8",)}
    return Settings(**values)


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    """A receiver."""
    async with listening() as one:
        yield one


@pytest.fixture
async def sender(server: Server) -> AsyncIterator[Sender]:
    """The sender that an API process has, moved by hand."""
    sender = sender_of(server.system)
    yield sender
    await sender.close()


async def send(sender: Sender) -> None:
    await sender.step()
    await sender.settled()


async def add(client: Client, url: str, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = (await client.post("/v1/webhooks", {"url": url, **more})).ok(201)
    return made


async def test_an_endpoint_from_its_making_to_its_end(client: Client) -> None:
    agent_id = await deploy(client)
    made = await add(client, PUBLIC, name="shop", events=["job.failed"], application_id="echo", rows=True)
    secret = made.pop("secret")
    assert secret.startswith("whsec_")
    path = f"/v1/webhooks/{made['id']}"
    assert (await client.get(path)).ok() == made
    assert made["application_id"] == agent_id
    assert (await client.get("/v1/webhooks")).ok()["data"] == [made]
    changed = (await client.send("PATCH", path, {"events": ["batch.paused"], "application_id": None})).ok()
    assert (changed["events"], changed["application_id"], changed["name"]) == (["batch.paused"], None, "shop")
    stopped = (await client.send("PATCH", path, {"state": "disabled"})).ok()
    assert (stopped["state"], stopped["reason"]) == ("disabled", "an administrator disabled it")
    again = (await client.send("PATCH", path, {"state": "enabled"})).ok()
    assert (again["state"], again["reason"]) == ("enabled", None)
    assert secret not in (await client.get("/v1/webhooks")).raw.decode()
    (await client.delete(path)).ok()
    assert (await client.get(path)).status == 404


async def test_every_end_is_told_by_default(client: Client) -> None:
    made = await add(client, PUBLIC)
    assert made["events"] == ["batch.cancelled", "batch.completed", "job.cancelled", "job.completed", "job.failed"]
    assert made["rows"] is False


async def test_what_is_wrong_is_told_at_once(client: Client) -> None:
    body = {"url": "ftp://x", "name": 1, "events": ["job.done"], "rows": "yes", "expires_in_s": 0, "secret": "mine"}
    refusal = await client.post("/v1/webhooks", body)
    assert refusal.status == 400
    assert sorted(error["extras"]["field"] for error in refusal.json["errors"]) == sorted(body)
    assert (await client.post("/v1/webhooks", {})).status == 400
    assert (await client.post("/v1/webhooks", {"url": PUBLIC, "events": []})).status == 400
    assert (await client.post("/v1/webhooks", {"url": PUBLIC, "application_id": RANDOM_ID})).status == 404
    made = await add(client, PUBLIC)
    for change in ({"url": "http://10.0.0.1/"}, {"state": "gone"}, {"events": [1]}, {"id": "x"}):
        assert (await client.send("PATCH", f"/v1/webhooks/{made['id']}", change)).status == 400, change


async def test_s09_urls_inside_are_refused(client: Client) -> None:
    await deploy(client)
    for url in ("http://10.0.0.1/", "http://169.254.169.254/latest", "http://[::1]/", "http://user@example.com/"):
        assert (await client.post("/v1/webhooks", {"url": url})).status == 400, url
        assert (await client.post(JOBS, text("a", webhook_url=url))).status == 400, url
    assert (await client.get(JOBS)).json["totalCount"] == 0


async def test_a_job_is_told_as_get_shows_it(client: Client, worker: None, sender: Sender, sink: Sink) -> None:
    await deploy(client)
    secret = (await add(client, sink.url))["secret"]
    done = await ended(client, await create(client, "a"))
    await send(sender)
    (received,) = sink.received
    assert received.is_signed_by(secret)
    assert received.json["type"] == "job.completed"
    assert received.json["data"] == {**done, "href": f"/v1/applications/jobs/{done['id']}"}


async def test_a_long_text_is_left_out(client: Client, worker: None, sender: Sender, sink: Sink) -> None:
    await deploy(client)
    await add(client, sink.url)
    job_id = await create(client, "a" * 80_000)
    await ended(client, job_id)
    await send(sender)
    data = sink.received[0].json["data"]
    assert data["omitted"] == ["data", "inputs"]
    assert (data["id"], data["state"], data["href"]) == (job_id, "completed", f"/v1/applications/jobs/{job_id}")
    assert len(sink.received[0].body) < 10_000


async def test_what_is_gone_is_told_in_few_words(client: Client, worker: None, sender: Sender, sink: Sink) -> None:
    await deploy(client)
    await add(client, sink.url)
    job_id = await create(client, "a")
    await ended(client, job_id)
    (await client.delete(f"/v1/applications/jobs/{job_id}")).ok()
    await send(sender)
    assert sink.received[0].json["data"] == {"id": job_id, "state": "completed", "generation": 1, "superseded": True}


async def test_a_jobs_own_url(client: Client, worker: None, sender: Sender, sink: Sink) -> None:
    """Signed with the organization's own secret, which an administrator can read."""
    await deploy(client)
    job_id = await create(client, "a", webhook_url=f"{sink.url}?order=1")
    await ended(client, job_id)
    await send(sender)
    secret = (await client.get("/v1/webhooks/secret")).ok()["secret"]
    (received,) = sink.received
    assert received.is_signed_by(secret)
    assert received.json["data"]["id"] == job_id
    rotated = (await client.post("/v1/webhooks/secret/rotate", {"grace_s": 60})).ok()
    (delivery,) = (await client.get(f"/v1/webhooks/deliveries?job_id={job_id}")).ok()["data"]
    assert delivery["webhook_id"] is None
    (await client.post(f"/v1/webhooks/deliveries/{delivery['id']}/resend")).ok(202)
    await send(sender)
    assert sink.received[1].id == received.id
    assert sink.received[1].is_signed_by(secret)
    assert sink.received[1].is_signed_by(rotated["secret"])


async def test_a_repeat_with_an_idempotency_key_is_told_once(
    client: Client, worker: None, sender: Sender, sink: Sink
) -> None:
    await deploy(client)
    body = text("a", webhook_url=sink.url)
    ids = {(await client.post(JOBS, body, idempotency_key="one")).ok(202)["id"] for _ in range(2)}
    assert len(ids) == 1
    await ended(client, ids.pop())
    await send(sender)
    assert len(sink.received) == 1


async def test_a_test_message(client: Client, sender: Sender, sink: Sink) -> None:
    made = await add(client, sink.url)
    sent = (await client.post(f"/v1/webhooks/{made['id']}/test")).ok(202)
    assert (sent["event"], sent["state"], sent["log"]) == ("webhook.test", "pending", [])
    await send(sender)
    assert sink.received[0].is_signed_by(made["secret"])
    done = (await client.get(f"/v1/webhooks/deliveries/{sent['id']}")).ok()
    assert (done["state"], done["attempts"], done["log"][0]["status"]) == ("delivered", 1, 204)
    sink.behave = answering(500)
    failed = (await client.post(f"/v1/webhooks/{made['id']}/test")).ok(202)
    await send(sender)
    done = (await client.get(f"/v1/webhooks/deliveries/{failed['id']}")).ok()
    assert (done["state"], done["error"]) == ("failed", "answered 500"), "a test is made once"
    assert (await client.get(f"/v1/webhooks/{made['id']}")).ok()["failing_since"] is None


async def test_the_log_of_deliveries(client: Client, worker: None, sender: Sender, sink: Sink) -> None:
    await deploy(client)
    made, other = await add(client, sink.url), await add(client, f"{sink.url}/other")
    ids = [await create(client, word) for word in "abc"]
    for job_id in ids:
        await ended(client, job_id)
    await send(sender)
    everything = (await client.get("/v1/webhooks/deliveries")).ok()
    assert len(everything["data"]) == 6
    assert {one["state"] for one in everything["data"]} == {"delivered"}
    one_page = (await client.get("/v1/webhooks/deliveries?limit=4")).ok()
    assert one_page["has_more"]
    rest = (await client.get(f"/v1/webhooks/deliveries?limit=4&before={one_page['last_id']}")).ok()
    assert one_page["data"] + rest["data"] == everything["data"]
    for query, number in (
        (f"webhook_id={made['id']}", 3),
        (f"webhook_id={other['id']}&job_id={ids[0]}", 1),
        ("event=job.failed", 0),
        ("event=job.completed", 6),
        ("state=failed", 0),
        ("batch_id=x", 0),
    ):
        assert len((await client.get(f"/v1/webhooks/deliveries?{query}")).ok()["data"]) == number, query
    assert (await client.get("/v1/webhooks/deliveries?state=lost")).status == 400
    assert (await client.get(f"/v1/webhooks/deliveries?before={RANDOM_ID}")).status == 404


async def test_s27_what_is_done_to_webhooks_is_audited(client: Client, sender: Sender, sink: Sink) -> None:
    made = await add(client, sink.url)
    path = f"/v1/webhooks/{made['id']}"
    sent = (await client.post(f"{path}/test")).ok(202)
    (await client.send("PATCH", path, {"name": "shop"})).ok()
    (await client.post(f"{path}/rotate")).ok()
    (await client.post(f"/v1/webhooks/deliveries/{sent['id']}/resend")).ok(202)
    (await client.delete(path)).ok()
    entries = (await client.get("/v1/audit")).ok()["data"]
    assert [(entry["action"], entry["target"]) for entry in reversed(entries) if "webhook" in entry["action"]] == [
        ("webhook.created", made["id"]),
        ("webhook.tested", made["id"]),
        ("webhook.changed", made["id"]),
        ("webhook.rotated", made["id"]),
        ("webhook.resent", sent["id"]),
        ("webhook.removed", made["id"]),
    ]
    assert made["secret"] not in str(entries)


async def test_secrets_are_sealed_at_rest(client: Client, database_url: str) -> None:
    made = await add(client, PUBLIC)
    own = (await client.get("/v1/webhooks/secret")).ok()["secret"]
    rows = await fetch(database_url, "SELECT sealed FROM webhook_secrets")
    assert len(rows) == 2
    for (sealed,) in rows:
        assert made["secret"].encode() not in bytes(sealed)
        assert own.encode() not in bytes(sealed)
