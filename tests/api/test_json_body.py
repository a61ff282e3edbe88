"""Bodies that are not what they should be: always 400 that says why, never a fault of the server's."""

import re

import pytest

from pressrun.api.json_body import parse
from pressrun.errors import PressrunError
from tests.api.client import Client
from tests.api.samples import JOBS, RANDOM_ID, agent, deploy, text
from tests.api.server import Server

BODIES = {
    "nothing": (b"", "no body"),
    "blank": (b"  \r\n\t", "no body"),
    "not JSON": (b"{inputs}", "not valid JSON"),
    "cut off": (b'{"inputs":[', "not valid JSON"),
    "two values": (b"{} {}", "not valid JSON"),
    "an array": (b"[]", "must be a JSON object, not an array"),
    "a string": (b'"a"', "must be a JSON object, not a string"),
    "a number": (b"1", "must be a JSON object, not a number"),
    "a boolean": (b"true", "must be a JSON object, not a boolean"),
    "null": (b"null", "must be a JSON object, not null"),
    "NaN": (b'{"inputs":NaN}', "not valid JSON"),
    "Infinity": (b'{"inputs":-Infinity}', "not valid JSON"),
    "beyond floats": (b'{"inputs":1e999}', "not valid JSON"),
    "a lone surrogate": (b'{"inputs":[{"id":"Text","value":["\\ud800"]}]}', "not valid JSON"),
    "a lone low surrogate": (b'{"inputs":[{"id":"\\udc00","value":["a"]}]}', ""),
    "a surrogate in UTF-8": (b'{"inputs":"\xed\xa0\x80"}', "not valid JSON"),
    "invalid UTF-8": (b'{"inputs":"\xff"}', "not valid JSON"),
    "overlong UTF-8": (b'{"inputs":"\xc0\xaf"}', "not valid JSON"),
    "a byte order mark": (b'\xef\xbb\xbf{"inputs":[]}', "not valid JSON"),
    "UTF-16": ('{"inputs":[]}'.encode("utf-16"), "not valid JSON"),
    "20,000 levels, closed": (b'{"inputs":' + b"[" * 20_000 + b"]" * 20_000 + b"}", "deeper than 64"),
    "20,000 levels, open": (b"[" * 20_000, "deeper than 64"),
    "20,000 objects": (b'{"a":' * 20_000 + b"1" + b"}" * 20_000, "deeper than 64"),
    "a name twice": (b'{"inputs":[],"inputs":[]}', "has '/inputs' more than once"),
    "a name twice, escaped": (b'{"inputs":[],"\\u0069nputs":[]}', "has '/inputs' more than once"),
    "a name twice, inside": (b'{"inputs":[{"id":"a","value":[],"id":"b"}]}', "has '/inputs/0/id' more than once"),
    "a name with a slash twice": (b'{"metadata":{"a/b~":"1","a/b~":"2"}}', "has '/metadata/a~1b~0' more than once"),
    "65 levels": (b'{"inputs":' + b"[" * 64 + b"]" * 64 + b"}", "deeper than 64"),
    "5,000 digits": (b'{"inputs":' + b"9" * 5_000 + b"}", ""),
    "minus 5,000 digits": (b'{"inputs":[{"id":"Text","value":[-' + b"9" * 5_000 + b"]}]}", ""),
    "5,000 digits as priority": (b'{"inputs":[{"id":"Text","value":["a"]}],"priority":' + b"9" * 5_000 + b"}", ""),
    "a control character": (b'{"inputs":"\x01"}', "not valid JSON"),
}  # fmt: skip


async def test_bodies_that_are_refused(client: Client) -> None:
    await deploy(client)
    for what, (body, why) in BODIES.items():
        for path in (JOBS, "/v1/applications/echo", "/v1/applications", "/v1/models", "/v1/keys"):
            answer = await client.post(path, raw=body)
            assert answer.status == 400, (what, path, answer.raw[:300])
            assert answer.headers["x-should-retry"] == "false"
            if path == JOBS:
                assert why in answer.json["message"], what
    assert (await client.get(JOBS)).json["totalCount"] == 0


NO_BODY = re.compile(
    r".*/(cancel|pause|resume|deploy|link|rotate|resend|test|default)|/v1/applications/jobs/[^/]+/retry"
    r"|/v1/files|.*/batches(/estimate|/bad-rows)?|/v1/batches/[^/]+/(retry|rows)|/v1/session"
)
"""Routes that read no body, or one of another kind, or where none is an object of defaults."""


async def test_f50_every_route_that_takes_a_body(server: Server, client: Client) -> None:
    """The same answer everywhere: 400, or 404 where what the path names is looked up first."""
    await deploy(client)
    graph_id = (await client.post("/v1/graphs", {"name": "g"})).ok()["id"]
    before = (await client.get("/v1/applications/echo")).ok()
    routes = [(method, path) for method, path in server.routes() if method in {"POST", "PUT", "PATCH"}]
    tried = 0
    for method, path in routes:
        if NO_BODY.fullmatch(path):
            continue
        filled = path.replace("{application_id}", "echo").replace("{graph_id}", graph_id).replace("{name:path}", "m")
        filled = re.sub(r"\{\w+\}", RANDOM_ID, filled)
        for what, (body, _) in BODIES.items():
            if not body.strip():
                continue  # no body stands for defaults where every field has one
            answer = await client.send(method, filled, raw=body)
            assert answer.status in ({400, 404} if RANDOM_ID in filled else {400}), (what, path, answer.raw[:300])
        tried += 1
    assert tried > 15
    assert (await client.get("/v1/applications/echo")).ok() == before


async def test_numbers_beyond_64_bits(client: Client) -> None:
    await deploy(client)
    for field in ("priority", "deadline_s"):
        raw = b'{"inputs":[{"id":"Text","value":["a"]}],"%s":%s}' % (field.encode(), b"9" * 30)
        refusal = await client.post(JOBS, raw=raw)
        assert refusal.status == 400
        assert f"{field} must be between" in refusal.json["message"]


def test_a_body_of_nothing_but_brackets() -> None:
    """Refused before it is decoded."""
    with pytest.raises(PressrunError, match="more than 500,000 objects and arrays"):
        parse(b"[" + b"[]," * 600_000 + b"1]")
    assert len(parse(b"[" + b"{}," * 1000 + b"1]")) == 1001


async def test_64_levels_are_read(client: Client) -> None:
    await deploy(client)
    answer = await client.post(JOBS, raw=b'{"inputs":' + b"[" * 63 + b"]" * 63 + b"}")
    assert answer.status == 400
    assert "deeper" not in answer.json["message"]


async def test_text_is_kept_as_it_is(client: Client, worker: None) -> None:
    await deploy(client)
    for value in ("\x00", "a\x00b", "🏃‍♀️", "שלום", "\u2028", "e\u0301", "\ufdd0"):
        made = (await client.post(JOBS, text(value + "!", metadata={value: value}))).ok(202)
        found = (await client.get(f"/v1/applications/jobs/{made['id']}?wait=30")).ok()
        assert found["data"]["suggestion"] == value + "!"
        assert found["inputs"] == [{"id": "Text", "value": [value + "!"]}]
        assert found["metadata"] == {value: value}


async def test_every_fault_at_once(client: Client) -> None:
    await deploy(client)
    body = {"fan_out": "yes", "metadata": {"a": 1}, "priority": 10, "deadline_s": 0, "webhook_url": "ftp://x"}
    refusal = await client.post(JOBS, body, idempotency_key="x" * 256)
    assert refusal.status == 400
    fields = sorted(error["extras"]["field"] for error in refusal.json["errors"])
    assert fields == sorted([*body, "inputs", "Idempotency-Key"])


async def test_fields_nobody_knows(client: Client) -> None:
    """Where the request decides about keys, models and versions, a misspelt field is refused, not overlooked."""
    await deploy(client)
    for path, body in (
        ("/v1/keys", {"name": "a", "scope": ["admin"]}),
        ("/v1/models", {"name": "a", "script": "- answer: a", "apikey": "x"}),
        ("/v1/applications/echo/deploy", {"version": 1}),
        ("/v1/applications/echo/rollback", {"version": 1, "force": True}),
        ("/v1/applications", agent(alias="other", organization_id="x")),
    ):
        assert (await client.post(path, body)).status == 400, path


async def test_yaml_that_is_no_text(client: Client) -> None:
    answer = await client.post("/v1/applications", raw=b"name: \xff", content_type="application/yaml")
    assert answer.status == 400
    assert "UTF-8" in answer.json["message"]
