"""S-02: keys that cannot be guessed, are shown once, and cannot be had back from what is kept."""

import base64
from collections import Counter
from pathlib import Path

import pytest

from pressrun.organizations import keys
from pressrun.organizations.keys import PREFIX, Scope, is_possible, new_token
from pressrun.store.store import Store, Transaction
from pressrun.system import System
from tests.api.client import Client
from tests.api.server import Server
from tests.raw_sql import execute

MADE = 10_000
CHI_SQUARE_63 = 130.0
"""Of 63 degrees of freedom: exceeded by chance once in a million times."""


def test_s02_ten_thousand_keys() -> None:
    """All different, all with a good checksum, and no letter more likely than another."""
    made = {new_token() for _ in range(MADE)}
    assert len(made) == MADE
    assert all(is_possible(token) for token in made)
    bodies = [token.removeprefix(PREFIX)[:32] for token in made]
    assert {len(base64.urlsafe_b64decode(body)) * 8 for body in bodies} == {192}
    letters = Counter("".join(bodies))
    assert len(letters) == 64
    expected = MADE * 32 / 64
    assert sum((count - expected) ** 2 / expected for count in letters.values()) < CHI_SQUARE_63


def test_s02_a_mistyped_key_is_known_for_one() -> None:
    token = new_token()
    for wrong in (token[:-1], token + "0", token[:10] + ("b" if token[10] == "a" else "a") + token[11:], PREFIX):
        assert not is_possible(wrong), wrong
    assert not is_possible(token[:-1] + "é")
    assert is_possible("My API Key"), "one that was made elsewhere"


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_s02_a_mistyped_key_costs_the_database_nothing(server: Server, database_url: str) -> None:
    """It is refused although keys cannot be looked up at all."""
    token = new_token()
    await execute(database_url, "ALTER TABLE keys RENAME TO gone")
    assert (await server.client(token).get("/v1/keys")).status == 500
    answer = await server.client(token[:-1] + ("0" if token[-1] != "0" else "1")).get("/v1/keys")
    assert answer.status == 401
    assert "unknown, revoked or expired" in answer.json["message"], "and looks like any other bad key"


async def test_s02_what_is_kept_is_a_digest(store: Store) -> None:
    async def work(tx: Transaction) -> tuple[str, str]:
        await tx.run("add_organization", organization_id="o", name="o")
        _, token = await keys.create(tx, "o", "k", [Scope.ADMIN])
        row = await tx.one("find_key_by_hash", hash=keys.digest(token))
        assert row is not None
        return token, str(dict(row))

    token, row = await store.write(work)
    assert token not in row
    assert token[len(PREFIX) :] not in row
    assert len(keys.digest(token)) == 64


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_s02_the_key_is_nowhere_on_the_disk(system: System, client: Client, tmp_path: Path) -> None:
    """Database, log of writes, every other file of the data folder; nor in any answer but the first."""
    token = (await client.post("/v1/keys", {"name": "shop"})).ok(201)["key"]
    listed = (await client.get("/v1/keys")).raw + (await client.get("/v1/audit")).raw
    assert token.encode() not in listed
    assert '"key":' not in listed.decode()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]  # noqa: ASYNC240 - a handful
    assert any(path.name.endswith("-wal") for path in files)
    for path in files:
        assert token.encode() not in path.read_bytes(), path
