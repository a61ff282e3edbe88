"""The door: who is let in, by which name the server may be called, and what is read of a body before that is known."""

import asyncio
from typing import Any

import pytest

from pressrun.organizations.keys import Scope
from tests.api.client import Client
from tests.api.samples import JOBS, RANDOM_ID, deploy, text
from tests.api.server import Server
from tests.raw_sql import execute

PUBLIC = {"/healthz", "/readyz", "/openapi.json", "/docs", "/docs/{name}"}

SIGN_IN = ("POST", "/v1/session")
"""Needs no key: it brings one."""

ANY_KEY = {
    ("GET", "/v1/session"),
    ("DELETE", "/v1/session"),
    ("GET", "/v1/sessions"),
    ("DELETE", "/v1/sessions"),
    ("DELETE", "/v1/sessions/{session_id}"),
}
"""Need a key, whatever it may do."""

NEEDS: dict[tuple[str, str], Scope] = {
    ("GET", "/v1/applications"): Scope.AGENTS_READ,
    ("POST", "/v1/applications"): Scope.AGENTS_WRITE,
    ("GET", "/v1/applications/{application_id}"): Scope.AGENTS_READ,
    ("POST", "/v1/applications/{application_id}"): Scope.JOBS_WRITE,
    ("PATCH", "/v1/applications/{application_id}"): Scope.AGENTS_WRITE,
    ("DELETE", "/v1/applications/{application_id}"): Scope.AGENTS_WRITE,
    ("GET", "/v1/applications/{application_id}/draft"): Scope.AGENTS_WRITE,
    ("PUT", "/v1/applications/{application_id}/draft"): Scope.AGENTS_WRITE,
    ("POST", "/v1/applications/{application_id}/draft/run"): Scope.AGENTS_WRITE,
    ("POST", "/v1/applications/{application_id}/deploy"): Scope.AGENTS_WRITE,
    ("GET", "/v1/applications/{application_id}/versions"): Scope.AGENTS_READ,
    ("GET", "/v1/applications/{application_id}/versions/{version}"): Scope.AGENTS_WRITE,
    ("POST", "/v1/applications/{application_id}/rollback"): Scope.AGENTS_WRITE,
    ("GET", "/v1/applications/{application_id}/jobs"): Scope.JOBS_READ,
    ("POST", "/v1/applications/{application_id}/jobs"): Scope.JOBS_WRITE,
    ("GET", "/v1/applications/jobs/{job_id}"): Scope.JOBS_READ,
    ("GET", "/v1/applications/jobs/{job_id}/events"): Scope.JOBS_READ,
    ("GET", "/v1/applications/jobs/{job_id}/prompts"): Scope.AGENTS_WRITE,
    ("POST", "/v1/applications/jobs/{job_id}/retry"): Scope.JOBS_WRITE,
    ("POST", "/v1/applications/jobs/{job_id}/cancel"): Scope.JOBS_WRITE,
    ("DELETE", "/v1/applications/jobs/{job_id}"): Scope.JOBS_WRITE,
    ("POST", "/v1/applications/{application_id}/batches"): Scope.JOBS_WRITE,
    ("GET", "/v1/applications/{application_id}/batches"): Scope.JOBS_READ,
    ("GET", "/v1/applications/{application_id}/batches/template"): Scope.AGENTS_READ,
    ("POST", "/v1/applications/{application_id}/batches/estimate"): Scope.JOBS_WRITE,
    ("POST", "/v1/applications/{application_id}/batches/bad-rows"): Scope.JOBS_WRITE,
    ("GET", "/v1/batches"): Scope.JOBS_READ,
    ("GET", "/v1/batches/{batch_id}"): Scope.JOBS_READ,
    ("PATCH", "/v1/batches/{batch_id}"): Scope.JOBS_WRITE,
    ("DELETE", "/v1/batches/{batch_id}"): Scope.JOBS_WRITE,
    ("POST", "/v1/batches/{batch_id}/pause"): Scope.JOBS_WRITE,
    ("POST", "/v1/batches/{batch_id}/resume"): Scope.JOBS_WRITE,
    ("POST", "/v1/batches/{batch_id}/cancel"): Scope.JOBS_WRITE,
    ("POST", "/v1/batches/{batch_id}/retry"): Scope.JOBS_WRITE,
    ("GET", "/v1/batches/{batch_id}/results"): Scope.JOBS_READ,
    ("GET", "/v1/batches/{batch_id}/rows"): Scope.JOBS_READ,
    ("POST", "/v1/batches/{batch_id}/rows"): Scope.JOBS_WRITE,
    ("GET", "/v1/batches/{batch_id}/series"): Scope.JOBS_READ,
    ("GET", "/v1/batches/{batch_id}/estimate"): Scope.JOBS_READ,
    ("GET", "/v1/jobs"): Scope.JOBS_READ,
    ("GET", "/v1/overview"): Scope.JOBS_READ,
    ("GET", "/v1/batches/{batch_id}/events"): Scope.JOBS_READ,
    ("POST", "/v1/files"): Scope.FILES_WRITE,
    ("GET", "/v1/graphs"): Scope.GRAPHS_READ,
    ("POST", "/v1/graphs"): Scope.GRAPHS_WRITE,
    ("GET", "/v1/graphs/{graph_id}"): Scope.GRAPHS_READ,
    ("PUT", "/v1/graphs/{graph_id}"): Scope.GRAPHS_WRITE,
    ("DELETE", "/v1/graphs/{graph_id}"): Scope.GRAPHS_WRITE,
    ("POST", "/v1/graphs/{graph_id}/file"): Scope.GRAPHS_WRITE,
    ("DELETE", "/v1/graphs/{graph_id}/file/{file_id}"): Scope.GRAPHS_WRITE,
    ("POST", "/v1/graphs/question"): Scope.GRAPHS_READ,
    ("POST", "/v1/graphs/search"): Scope.GRAPHS_READ,
    ("GET", "/v1/applications/{application_id}/graphs"): Scope.AGENTS_READ,
    ("PUT", "/v1/applications/{application_id}/graphs"): Scope.AGENTS_WRITE,
    ("GET", "/v1/files"): Scope.FILES_READ,
    ("POST", "/v1/files/retry"): Scope.FILES_WRITE,
    ("GET", "/v1/files/{file_id}"): Scope.FILES_READ,
    ("DELETE", "/v1/files/{file_id}"): Scope.FILES_WRITE,
    ("GET", "/v1/files/{file_id}/download"): Scope.FILES_READ,
    ("GET", "/v1/files/{file_id}/text"): Scope.FILES_READ,
    ("GET", "/v1/models"): Scope.AGENTS_READ,
    ("GET", "/v1/models/{name:path}"): Scope.AGENTS_READ,
    ("POST", "/v1/chat"): Scope.JOBS_WRITE,
    ("POST", "/v1/chat/completions"): Scope.JOBS_WRITE,
    ("POST", "/v1/completions"): Scope.JOBS_WRITE,
    ("POST", "/v1/models"): Scope.ADMIN,
    ("PATCH", "/v1/models/{name:path}"): Scope.ADMIN,
    ("DELETE", "/v1/models/{name:path}"): Scope.ADMIN,
    ("GET", "/v1/usage"): Scope.ADMIN,
    ("POST", "/v1/models/{name:path}/default"): Scope.ADMIN,
    ("POST", "/v1/models/{name:path}/test"): Scope.ADMIN,
    ("GET", "/v1/keys"): Scope.ADMIN,
    ("POST", "/v1/keys"): Scope.ADMIN,
    ("DELETE", "/v1/keys/{key_id}"): Scope.ADMIN,
    ("GET", "/v1/limits"): Scope.ADMIN,
    ("PATCH", "/v1/limits"): Scope.ADMIN,
    ("GET", "/v1/audit"): Scope.ADMIN,
    ("GET", "/v1/people"): Scope.ADMIN,
    ("POST", "/v1/people"): Scope.ADMIN,
    ("PATCH", "/v1/people/{person_id}"): Scope.ADMIN,
    ("DELETE", "/v1/people/{person_id}"): Scope.ADMIN,
    ("POST", "/v1/people/{person_id}/link"): Scope.ADMIN,
    ("GET", "/v1/people/{person_id}/sessions"): Scope.ADMIN,
    ("DELETE", "/v1/people/{person_id}/sessions"): Scope.ADMIN,
    ("DELETE", "/v1/people/{person_id}/sessions/{session_id}"): Scope.ADMIN,
    ("GET", "/v1/system"): Scope.ADMIN,
    ("GET", "/v1/webhooks"): Scope.ADMIN,
    ("POST", "/v1/webhooks"): Scope.ADMIN,
    ("GET", "/v1/webhooks/{webhook_id}"): Scope.ADMIN,
    ("PATCH", "/v1/webhooks/{webhook_id}"): Scope.ADMIN,
    ("DELETE", "/v1/webhooks/{webhook_id}"): Scope.ADMIN,
    ("POST", "/v1/webhooks/{webhook_id}/rotate"): Scope.ADMIN,
    ("POST", "/v1/webhooks/{webhook_id}/test"): Scope.ADMIN,
    ("GET", "/v1/webhooks/deliveries"): Scope.ADMIN,
    ("GET", "/v1/webhooks/deliveries/{delivery_id}"): Scope.ADMIN,
    ("POST", "/v1/webhooks/deliveries/{delivery_id}/resend"): Scope.ADMIN,
    ("GET", "/v1/webhooks/secret"): Scope.ADMIN,
    ("POST", "/v1/webhooks/secret/rotate"): Scope.ADMIN,
    ("GET", "/metrics"): Scope.ADMIN,
}
"""Which scope each route needs; a new route stands here, in ANY_KEY or in PUBLIC, or a test fails."""


def filled(path: str) -> str:
    for name in (
        "application_id",
        "batch_id",
        "file_id",
        "job_id",
        "key_id",
        "person_id",
        "session_id",
        "version",
        "name:path",
        "name",
        "webhook_id",
        "delivery_id",
    ):
        path = path.replace("{" + name + "}", RANDOM_ID)
    return path


def test_s01_the_tables_name_every_route(server: Server) -> None:
    routes = set(server.routes())
    assert {path for method, path in routes - ANY_KEY - {SIGN_IN} if (method, path) not in NEEDS} == PUBLIC
    assert not (NEEDS.keys() | ANY_KEY | {SIGN_IN}) - routes


async def test_s01_every_route_but_the_public_ones_needs_a_key(server: Server) -> None:
    for method, path in server.routes():
        for token in (None, "", "wrong", "pr_live_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA00000000"):
            answer = await server.client(token).send(method, filled(path), raw=b"{}")
            if (method, path) == SIGN_IN:
                assert answer.status == 403, "only the studio's own pages sign somebody in"
            elif path in PUBLIC:
                assert answer.status not in {401, 403}, path
            else:
                assert answer.status == 401, (method, path, token)
                assert answer.headers["www-authenticate"] == "Bearer"
                assert answer.headers["x-should-retry"] == "false"
                assert answer.json["errors"][0]["key"] == "fail.unauthorized.badToken"


async def test_s15_public_routes_answer_get_alone(server: Server) -> None:
    for path in sorted(PUBLIC):
        for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
            answer = await server.client(None).send(method, filled(path))
            assert answer.status == 405, (method, path)
            assert answer.headers["allow"] == "GET"
            assert answer.json["tpe"] == "MethodNotAllowed"


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
@pytest.mark.parametrize("scope", [None, *Scope])
async def test_s04_scopes_by_routes(server: Server, scope: Scope | None) -> None:
    caller = await server.caller(*([scope] if scope else []))
    for (method, path), needed in NEEDS.items():
        answer = await caller.send(method, filled(path), raw=b"{}")
        if scope in {needed, Scope.ADMIN}:
            assert answer.status not in {401, 403, 405, 500}, (method, path)
            continue
        assert answer.status == 403, (method, path)
        assert answer.json["errors"][0]["key"] == "fail.forbidden.insufficientAccessRights"
        assert f"lacks the scope {needed};" in answer.json["message"]
        assert answer.headers["x-should-retry"] == "false"


async def test_s01_malformed_authorization(server: Server) -> None:
    _, token = await server.key(Scope.ADMIN)
    for sent in ("", "Bearer", "Bearer ", "Bearer   ", f"Basic {token}", token, f"Bearer  {token}", f"Bearer {token}x"):
        answer = await server.client(None).get("/v1/keys", authorization=sent)
        assert answer.status == 401, sent


async def test_a_key_may_hold_spaces_and_the_scheme_any_case(server: Server) -> None:
    await server.key(Scope.ADMIN, token="My API Key")
    assert (await server.client("My API Key").get("/v1/keys")).status == 200
    assert (await server.client(None).get("/v1/keys", authorization="bEARER My API Key")).status == 200


async def test_two_authorizations_are_not_two_chances(server: Server) -> None:
    _, token = await server.key(Scope.ADMIN)
    head = f"GET /v1/keys HTTP/1.1\nHost: localhost\nAuthorization: Bearer wrong\nAuthorization: Bearer {token}\n"
    assert (await server.raw(head)).startswith(b"HTTP/1.1 401")


async def test_an_expired_key(server: Server, database_url: str) -> None:
    key, token = await server.key(Scope.ADMIN)
    await execute(database_url, f"UPDATE keys SET expires_at = 1 WHERE id = '{key.id}'")  # noqa: S608 - our own id
    assert (await server.client(token).get("/v1/keys")).status == 401


async def test_a_revoked_key(server: Server, client: Client) -> None:
    key, token = await server.key(Scope.ADMIN)
    assert (await client.delete(f"/v1/keys/{key.id}")).ok()["revoked_at"] is not None
    assert (await server.client(token).get("/v1/keys")).status == 401


async def test_a_key_in_use_ends_within_two_seconds(server: Server, client: Client) -> None:
    key, token = await server.key(Scope.ADMIN)
    caller = server.client(token)
    assert (await caller.get("/v1/keys")).status == 200
    await client.delete(f"/v1/keys/{key.id}")
    async with asyncio.timeout(2):
        while (await caller.get("/v1/keys")).status != 401:
            pass


async def test_s01_unauthorized_before_the_body_is_read(server: Server) -> None:
    """50 MB are announced, 10 bytes are sent: who waited for the rest, or looked at the size first, fails here."""
    for framing, sent in (
        ("Content-Length: 50000000", b'{"inputs":'),
        ("Transfer-Encoding: chunked", b'2faf080\r\n{"inputs":'),
    ):
        for authorization in ("", "Authorization: Bearer wrong\n"):
            head = f"POST {JOBS} HTTP/1.1\nHost: localhost\n{framing}\n{authorization}"
            assert (await server.raw(head, sent)).startswith(b"HTTP/1.1 401"), framing


async def test_s01_forbidden_before_the_body_is_read(server: Server) -> None:
    _, token = await server.key(Scope.JOBS_READ)
    head = f"POST {JOBS} HTTP/1.1\nHost: localhost\nContent-Length: 150000\nAuthorization: Bearer {token}\n"
    assert (await server.raw(head, b'{"inputs":')).startswith(b"HTTP/1.1 403")


async def test_too_large_a_body(server: Server, client: Client) -> None:
    await deploy(client)
    limit = server.system.settings.max_body_bytes
    body = b'{"inputs":[{"id":"Text","value":["a"]}]' + b" " * (limit - 40) + b"}"
    assert len(body) == limit
    assert (await client.post(JOBS, raw=body)).status == 202
    refusal = await client.post(JOBS, raw=body + b" ")
    assert (refusal.status, refusal.json["tpe"]) == (413, "PayloadTooLarge")
    assert refusal.headers["x-should-retry"] == "false"
    assert (await client.get(JOBS)).json["totalCount"] == 1


async def test_too_large_a_body_in_chunks(server: Server, client: Client) -> None:
    """Nobody announces how much comes; the refusal does not wait for the end."""
    head = f"POST {JOBS} HTTP/1.1\nHost: localhost\nTransfer-Encoding: chunked\nAuthorization: Bearer {client.token}\n"
    chunk = b"%x\r\n%s\r\n" % (100_001, b" " * 100_001)
    assert (await server.raw(head, chunk * 2)).startswith(b"HTTP/1.1 413")


async def test_two_framings_are_refused(server: Server, client: Client) -> None:
    head = f"POST {JOBS} HTTP/1.1\nHost: localhost\nTransfer-Encoding: chunked\nAuthorization: Bearer {client.token}\n"
    assert (await server.raw(head + "Content-Length: 4\n", b"2\r\n{}\r\n0\r\n\r\n")).startswith(b"HTTP/1.1 400")


async def test_s24_a_name_the_server_does_not_have(server: Server, client: Client) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example", "localhost@evil.example", "", "[::2]", "10.0.0.1"):
        for path in ("/v1/keys", "/healthz", "/docs", "/openapi.json", "/nothing"):
            head = f"GET {path} HTTP/1.1\nHost: {host}\nAuthorization: Bearer {client.token}\n"
            answer = await server.raw(head)
            assert answer.startswith(b"HTTP/1.1 400"), path
            assert b"allowed_hosts" in answer
            assert b"nosniff" in answer


async def test_names_the_server_has(server: Server) -> None:
    for host in ("localhost", "LOCALHOST:80", "127.0.0.1:8484", "[::1]", "[::1]:8484"):
        assert (await server.raw(f"GET /healthz HTTP/1.1\nHost: {host}\n")).startswith(b"HTTP/1.1 200")


async def test_request_ids(client: Client) -> None:
    assert (await client.get("/v1/models", x_request_id="mine-1")).headers["x-request-id"] == "mine-1"
    for hostile in ("a b", "x" * 129, "<script>", "é"):
        assert (await client.get("/v1/models", x_request_id=hostile)).headers["x-request-id"] != hostile


async def test_s14_no_cross_origin_answers(client: Client) -> None:
    for origin in ("https://evil.example", "null", "http://localhost.evil.example"):
        answer = await client.get("/v1/models", origin=origin)
        assert not [name for name in answer.headers if name.lower().startswith("access-control")]


async def test_last_use_is_noted(server: Server, client: Client) -> None:
    key, token = await server.key(Scope.AGENTS_READ)

    async def last_used() -> Any:
        return next(one for one in (await client.get("/v1/keys")).ok()["data"] if one["id"] == key.id)["last_used_at"]

    assert await last_used() is None
    await server.client(token).get("/v1/models")
    assert await last_used() is not None


async def test_what_a_job_holds_is_not_for_those_who_only_write(server: Server, client: Client) -> None:
    await deploy(client)
    caller = await server.caller(Scope.JOBS_WRITE)
    made = (await caller.post(JOBS, text("a"))).ok(202)
    assert (await caller.get(f"/v1/applications/jobs/{made['id']}")).status == 403
