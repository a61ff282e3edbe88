"""How Pressrun says no: each status with its words, and whether a client should try again."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pressrun.api.problems import SHAPES, headers
from pressrun.errors import Code, PressrunError
from tests.api.client import Answer, Client
from tests.api.samples import JOBS, RANDOM_ID, agent, create, deploy, ended, text
from tests.api.server import Server


def refused(answer: Answer, status: int, tpe: str, saying: str) -> None:
    assert (answer.status, answer.json["tpe"]) == (status, tpe), answer.raw
    assert saying in answer.json["message"]
    assert answer.headers["x-should-retry"] == "false"


def test_every_code_has_a_shape() -> None:
    assert set(SHAPES) == set(Code)


@pytest.mark.parametrize(("wish", "sent"), [(0.0, "1"), (0.2, "1"), (1.5, "2"), (59, "59"), (3600, "59")])
def test_retry_after_is_what_clients_obey(wish: float, sent: str) -> None:
    assert headers(PressrunError(Code.UNAVAILABLE, "later", retry_after_s=wish)) == {"retry-after": sent}


async def test_unknown_paths(client: Client) -> None:
    for path in ("/", "/v1", "/_stainless_unknown_path", "/v2/applications", "/v1/applications/a/b/c/d", "/docs/x.js"):
        refused(await client.get(path), 404, "NotFound", "there is n")


async def test_a_slash_too_many_is_another_path(client: Client) -> None:
    for method in ("GET", "POST"):
        refused(await client.send(method, "/v1/applications/"), 404, "NotFound", "there is nothing at")


async def test_methods_that_are_not_possible(client: Client) -> None:
    for method, path in (("PUT", "/v1/keys"), ("PATCH", "/v1/models"), ("DELETE", "/v1/applications"), ("TRACE", JOBS)):
        answer = await client.send(method, path)
        refused(answer, 405, "MethodNotAllowed", f"{method} is not possible here")
        assert answer.headers["allow"]


async def test_unknown_agents_and_jobs(client: Client) -> None:
    for reference in (RANDOM_ID, "nobody", "jobs", "%00", "%ff", "..", "%2e%2e", "a%2fb", "x" * 5_000):
        answer = await client.post(f"/v1/applications/{reference}/jobs", text("a"))
        if answer.status != 405:  # /jobs/jobs is a job's address
            refused(answer, 404, "NotFound", "there is no")
        refused(await client.get(f"/v1/applications/jobs/{reference}/events"), 404, "NotFound", "there is no")
    for job_id in ("123-456-789", "%00", "a%00b", "%f0%9f%8f%83", "x" * 5_000):
        for path in (f"/v1/applications/jobs/{job_id}", f"/v1/applications/jobs/{job_id}/events"):
            refused(await client.get(path), 404, "NotFound", "there is no job")
        for verb in ("retry", "cancel"):
            refused(await client.post(f"/v1/applications/jobs/{job_id}/{verb}"), 404, "NotFound", "there is no job")
    for key_id in (RANDOM_ID, "%00"):
        refused(await client.delete(f"/v1/keys/{key_id}"), 404, "NotFound", "no key")
    for name in ("nobody", "%00", "a%00b"):
        refused(await client.delete(f"/v1/models/{name}"), 404, "NotFound", "")
        refused(await client.post(f"/v1/models/{name}/default"), 404, "NotFound", "")


async def test_an_agent_that_is_not_deployed_says_so(client: Client) -> None:
    await client.post("/v1/applications", agent())
    for answer in (
        await client.get("/v1/applications/echo"),
        await client.post("/v1/applications/echo", text("a")),
        await client.post(JOBS, text("a")),
    ):
        refused(answer, 404, "NotFound", "exists but is not deployed")


async def test_retrying_a_completed_job(client: Client, worker: None) -> None:
    await deploy(client)
    job_id = await create(client, "a")
    done = await ended(client, job_id)
    refused(await client.post(f"/v1/applications/jobs/{job_id}/retry"), 409, "Conflict", "only failed jobs")
    assert await ended(client, job_id) == done


async def test_an_alias_that_is_taken(client: Client) -> None:
    await deploy(client)
    refused(await client.post("/v1/applications", agent(name="Other")), 409, "Conflict", "belongs to the agent")


async def test_a_fault_of_ours_tells_nothing(server: Server, client: Client) -> None:
    """A route that is broken, beside the real ones."""

    async def broken() -> None:
        raise RuntimeError("SELECT secret FROM /srv/app.py")

    server.app.add_api_route("/v1/broken", broken)
    answer = await client.get("/v1/broken", x_request_id="find-me")
    assert (answer.status, answer.json["tpe"]) == (500, "InternalServerError")
    assert answer.json["errors"][0]["key"] == "fail.internalServerError.generic"
    assert answer.headers["x-request-id"] == "find-me"
    assert b"secret" not in answer.raw


@contextmanager
def _full_disk() -> Iterator[None]:
    """No file of this process may grow any more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_database_that_cannot_serve(server: Server, client: Client, capfd: pytest.CaptureFixture[str]) -> None:
    await deploy(client)
    if server.system.store.dialect == "sqlite":
        with capfd.disabled(), _full_disk():
            answer = await client.post(JOBS, text("a"))
    else:
        await server.system.store.close()
        answer = await client.post(JOBS, text("a"))
    assert (answer.status, answer.json["tpe"]) == (503, "ServiceUnavailable")
    assert 0 < int(answer.headers["retry-after"]) <= 59
    assert "x-should-retry" not in answer.headers
