"""A store in which every kind of thing has happened."""

from dataclasses import dataclass
from pathlib import Path

from pressrun.jobs.job import Claim
from pressrun.organizations.keys import Scope, create
from pressrun.store.copying import Tally, tally
from pressrun.store.open import open_store
from pressrun.store.postgres_side import PostgresSide, connect_postgres
from pressrun.store.sqlite_connection import connect
from pressrun.store.sqlite_side import SqliteSide, transaction
from pressrun.store.store import Store
from pressrun.store.tables import present_tables
from tests.jobs.scene import Scene, key

NASTY = '"\x00 \u2028 שלום 😀"'.encode()


@dataclass
class Happened:
    """Jobs by what became of them."""

    scene: Scene
    running: Claim
    ended: str
    queued: str


async def happen(store: Store) -> Happened:
    """Jobs in every state, events, results, an idempotency key, an outbox, an API key, a large input."""
    scene = await Scene.set(store)
    await scene.add_worker()
    await store.write(lambda tx: create(tx, "o", "key", {Scope.ADMIN}))
    ended = await scene.add(idempotency=key("once"))
    failed, waiting = await scene.add(), await scene.add(inputs=b"x" * 300_000)
    running = await scene.add()
    held = {claim.id: claim for claim in await scene.claim()}
    await scene.complete(held[ended], NASTY)
    await scene.fail(held[failed])
    await scene.again(held[waiting], 60)
    return Happened(scene, held[running], ended, await scene.add(inputs=NASTY))


async def contents(database_url: str) -> dict[str, Tally]:
    """What a database holds, table by table."""
    tables = present_tables()
    if database_url.startswith("sqlite"):
        sqlite = connect(Path(database_url.removeprefix("sqlite:///")))
        try:
            with transaction(sqlite, "DEFERRED"):
                return await tally(SqliteSide(sqlite), tables, lambda _table, _rows: None)
        finally:
            sqlite.close()
    postgres = await connect_postgres(database_url)
    try:
        async with postgres.transaction(readonly=True):
            return await tally(PostgresSide(postgres), tables, lambda _table, _rows: None)
    finally:
        await postgres.close()


async def reopened(database_url: str, scene: Scene) -> Scene:
    """The same scene on another store; the caller closes it."""
    store = await open_store(database_url)
    return Scene(store, scene.organization_id, scene.agent_id, scene.numbers)
