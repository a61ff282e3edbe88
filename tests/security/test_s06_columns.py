"""S-06: the name of every column of ours, sent in the body of every route that changes something, sets nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import apsw
import pytest

from pressrun.organizations.keys import Scope
from pressrun.organizations.organization import FIRST
from tests.api.chats import says
from tests.api.client import Answer, Client
from tests.api.samples import agent, text
from tests.api.server import Server
from tests.security.possessions import Possessions, filled_with, furnish

WORDS = "forged by a client"
NUMBER = 987_654_321_012
"""What the columns are to be set to: nothing else of a test is like it."""

NO_OBJECT = {
    ("POST", "/v1/files"): "the body is the file",
    ("POST", "/v1/session"): "takes a browser; closed, as tests/api/test_session.py holds",
}
CHANGING = {"POST", "PUT", "PATCH"}
AT_ONCE = 40
"""An agent's definition is told 50 faults, and no more."""

THEIR_OWN = {"rows"}
"""Whose names are the sender's: columns of a file come back in its results."""

VARIES = {"id", "job_id", "created", "created_at", "updated_at", "completed_at", "started_at", "deadline_at"}
"""What differs between two answers to the same words."""


def bodies(own: Possessions) -> dict[tuple[str, str], dict[str, Any]]:
    """What each route takes; the others take nothing, or everything may be left out."""
    one, rows = "/v1/applications/{application_id}", {"rows": [{"Text": "a"}]}
    asked = {"graph_ids": [own.graph_id]}
    return {
        ("POST", "/v1/applications"): agent(alias="another"),
        ("POST", one): text("a"),
        ("PATCH", one): {"name": "Other"},
        ("PUT", one + "/draft"): agent(alias=own.alias),
        ("PUT", one + "/graphs"): asked,
        ("POST", one + "/draft/run"): text("a"),
        ("POST", one + "/rollback"): {"version": 1},
        ("POST", one + "/jobs"): text("a"),
        ("POST", one + "/batches"): rows,
        ("POST", one + "/batches/estimate"): rows,
        ("POST", one + "/batches/bad-rows"): rows,
        ("PATCH", "/v1/batches/{batch_id}"): {"name": "Other"},
        ("POST", "/v1/batches/{batch_id}/rows"): {"rows": [{"row": 1, "Text": "b"}]},
        ("POST", "/v1/chat"): says("a"),
        ("POST", "/v1/chat/completions"): says("a"),
        ("POST", "/v1/completions"): {"model": "scripted", "prompt": "a"},
        ("POST", "/v1/files/retry"): {"file_ids": [own.file_id]},
        ("POST", "/v1/graphs"): {"name": "Other"},
        ("PUT", "/v1/graphs/{graph_id}"): {"name": "Other"},
        ("POST", "/v1/graphs/{graph_id}/file"): {"file_id": own.file_id},
        ("POST", "/v1/graphs/question"): {**asked, "question": "a", "model": "scripted"},
        ("POST", "/v1/graphs/search"): {**asked, "query": "a"},
        ("POST", "/v1/models"): {"name": "another", "script": "- answer: a"},
        ("PATCH", "/v1/models/{name:path}"): {"rpm": 60},
        ("POST", "/v1/keys"): {"name": "another"},
        ("PATCH", "/v1/limits"): {"running_jobs": 0},
        ("POST", "/v1/people"): {"name": "Another"},
        ("PATCH", "/v1/people/{person_id}"): {"name": "Other"},
        ("POST", "/v1/webhooks"): {"url": "https://93.184.216.34/"},
        ("PATCH", "/v1/webhooks/{webhook_id}"): {"name": "other"},
    }


@contextmanager
def looking(database_url: str) -> Iterator[apsw.Connection]:
    """A look at the file, past everything of ours."""
    connection = apsw.Connection(database_url.removeprefix("sqlite:///"), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        yield connection
    finally:
        connection.close()


def tables(connection: apsw.Connection) -> list[str]:
    """Every table of ours; those of the full-text index are SQLite's."""
    found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    return [str(name) for (name,) in found if not str(name).startswith(("sqlite_", "passage_words"))]


def columns(database_url: str) -> dict[str, Any]:
    """Every column's name, with a value of its kind that is nobody's."""
    found: dict[str, Any] = {}
    with looking(database_url) as connection:
        for table in tables(connection):
            for _, name, kind, *_ in connection.execute(f"PRAGMA table_info({table})"):
                found[str(name)] = NUMBER if kind == "INTEGER" else WORDS
    return found


def forged(database_url: str) -> list[str]:
    """The tables that hold one of those values, wherever in a row."""
    found = []
    with looking(database_url) as connection:
        for table in tables(connection):
            cells = [cell for row in connection.execute(f"SELECT * FROM {table}") for cell in row]  # noqa: S608 - ours
            texts = [cell.decode("latin-1") if isinstance(cell, bytes) else str(cell) for cell in cells]
            if any(WORDS in one or str(NUMBER) in one for one in texts):
                found.append(table)
    return found


def shape_of(server: Server, method: str, path: str) -> str | None:
    """The name of the shape that the description gives a route's body; None for a route that takes none."""
    document = server.contract.document
    operation = document["paths"][path.replace(":path", "")][method.lower()]
    if "requestBody" not in operation:
        return None
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    return str(schema.get("$ref", "/AgentDefinition")).rpartition("/")[2]


def portions(server: Server, shape: str | None, names: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The columns that are no field of the shape, as many at once as are told."""
    properties = server.contract.document["components"]["schemas"][shape]["properties"] if shape else {}
    foreign = [name for name in names if name not in properties]
    size = AT_ONCE if shape == "AgentDefinition" else len(foreign)
    for start in range(0, len(foreign), size):
        yield {name: names[name] for name in foreign[start : start + size]}


def inside(value: Any, names: dict[str, Any]) -> Any:
    """A part of a body, with the names in every object of it that has them not already."""
    if isinstance(value, dict):
        return {**names, **{name: inside(one, names) for name, one in value.items()}}
    return [inside(one, names) for one in value] if isinstance(value, list) else value


def plain(value: Any) -> Any:
    """An answer's JSON without what differs from one request to the next."""
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items() if name not in VARIES}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


def check(forgery: Answer, honest: Answer, names: dict[str, Any], *, takes_body: bool) -> None:
    """Either every name was refused, or the answer is that to the same request without them."""
    assert WORDS.encode() not in forgery.raw
    assert str(NUMBER).encode() not in forgery.raw
    if forgery.status == 400:
        refused = {error["extras"].get("field") for error in forgery.json["errors"]}
        assert not names.keys() - refused
    elif takes_body:
        assert (forgery.status, plain(forgery.json)) == (honest.status, plain(honest.json))
    else:
        assert forgery.status < 500


@pytest.mark.usefixtures("embedder")
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_s06_no_column_is_set_by_a_body(server: Server, client: Client, worker: None, database_url: str) -> None:
    own = await furnish(server, FIRST)
    names = columns(database_url)
    assert len(names) > 150
    given = bodies(own)
    for method, path in server.routes():
        if method not in CHANGING or (method, path) in NO_OBJECT:
            continue
        filled, values = filled_with(path, own) or (path, [""])
        where, body = filled.replace("{}", values[-1]), given.pop((method, path), {})
        shape = shape_of(server, method, path)
        for some in portions(server, shape, names):
            forgery = await client.send(method, where, {**body, **some})
            honest = await client.send(method, where, body if shape else None)
            try:
                check(forgery, honest, some, takes_body=shape is not None)
            except AssertionError as fault:
                raise AssertionError(f"{method} {path}: {forgery.raw[:1000]!r} {honest.raw[:1000]!r}") from fault
        assert forged(database_url) == [], (method, path)
    assert given == {}, "bodies of routes that are gone"


@pytest.mark.usefixtures("embedder")
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_s06_no_column_is_set_by_a_part_of_a_body(
    server: Server, client: Client, worker: None, database_url: str
) -> None:
    """In inputs, rows, prompts, messages and whatever else stands in a body."""
    own = await furnish(server, FIRST)
    names, tried = columns(database_url), 0
    for (method, path), body in bodies(own).items():
        filled, values = filled_with(path, own) or (path, [""])
        where = filled.replace("{}", values[-1])
        for start in range(0, len(names), AT_ONCE):
            some = {name: names[name] for name in list(names)[start : start + AT_ONCE]}
            deep = {name: one if name in THEIR_OWN else inside(one, some) for name, one in body.items()}
            if deep == body:
                break
            tried += 1
            forgery, honest = await client.send(method, where, deep), await client.send(method, where, body)
            if forgery.status == 400:
                assert [name for name in some if name.encode() not in forgery.raw] == [], (method, path)
            elif forgery.headers["content-type"].startswith("application/json"):
                assert (forgery.status, plain(forgery.json)) == (honest.status, plain(honest.json)), (method, path)
        assert forged(database_url) == [], (method, path)
    assert tried > 10


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_s06_a_forgery_would_be_found(server: Server, database_url: str) -> None:
    client = await server.caller(Scope.ADMIN)
    (await client.post("/v1/graphs", {"name": WORDS})).ok()
    assert "graphs" in forged(database_url)
