"""S-30: a worker lets nobody in: it makes and changes no key, person, session or link, and works all the same."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import apsw
import asyncpg
import pytest

from pressrun.organizations import keys, people
from pressrun.organizations.keys import Scope
from pressrun.organizations.organization import FIRST
from pressrun.organizations.people import Role
from pressrun.organizations.sessions import begin
from pressrun.organizations.sign_in import SERVER_LINK_S, make_link
from pressrun.settings import Settings
from pressrun.store.store import Transaction
from pressrun.system import System, open_system
from tests.api.client import Client
from tests.api.samples import create, deploy, ended
from tests.api.server import Server, working
from tests.raw_sql import execute

ROLE = Path(__file__).parents[2] / "deploy" / "worker-role.sql"
NAME = "pressrun_worker"
DENIED = (apsw.ConstraintError, asyncpg.InsufficientPrivilegeError)


@pytest.fixture
async def workers(system: System, settings: Settings) -> AsyncIterator[System]:
    """The system as a worker process opens it; on PostgreSQL with the role that is made for workers."""
    url = settings.store_url
    postgres = not url.startswith("sqlite:")
    if postgres:
        await execute(url, ROLE.read_text())
        url = url.replace("//pressrun@", f"//{NAME}@")
        assert NAME in url
    async with open_system(settings.model_copy(update={"database_url": url}), mints=False) as opened:
        yield opened
    if postgres:
        await execute(settings.store_url, f"DROP OWNED BY {NAME}", f"DROP ROLE {NAME}")


async def test_s30_a_worker_lets_nobody_in(server: Server, client: Client, workers: System) -> None:
    key, _ = await server.key(Scope.JOBS_READ)
    person = await server.system.store.write(lambda tx: people.add(tx, FIRST, "P", None, Role.ADMIN))

    async def widen(tx: Transaction) -> None:
        await tx.run("revoke_key", key_id=key.id, organization_id=FIRST)

    minting: dict[str, Callable[[Transaction], Awaitable[object]]] = {
        "a key": lambda tx: keys.create(tx, FIRST, "k", [Scope.ADMIN]),
        "a person": lambda tx: people.add(tx, FIRST, "Q", None, Role.ADMIN),
        "a session": lambda tx: begin(tx, key, None, 60),
        "a link": lambda tx: make_link(tx, FIRST, SERVER_LINK_S, person_id=person.id),
        "a key's rights": widen,
    }
    for what, work in minting.items():
        with pytest.raises(DENIED):
            await workers.store.write(work)
        await server.system.store.write(work)  # else it would be refused for another reason
        assert what
    await deploy(client)
    job_id = await create(client, "a")
    async with working(workers):
        assert (await ended(client, job_id))["state"] == "completed"
