"""S-33: sixty-four at once for what works once: links that sign in, the attempts of a minute, a job's next try."""

import pytest

from pressrun.errors import FailureCode
from pressrun.jobs.job import Job
from pressrun.jobs.outcome import Ending, Failed
from pressrun.jobs.retry import retry
from pressrun.jobs.settle import settle
from pressrun.organizations import keys, people
from pressrun.organizations.keys import Scope, digest
from pressrun.organizations.people import Role
from pressrun.organizations.sessions import SignedIn
from pressrun.organizations.sign_in import MOST_BY_ADDRESS, MOST_BY_SECRET, Origin, make_link, sign_in
from pressrun.store.store import Row, Store, Transaction
from tests.jobs.scene import Scene
from tests.security.racing import race


@pytest.fixture
async def organization(nodes: list[Store]) -> None:
    """An organization `o`."""
    await nodes[0].write(lambda tx: tx.run("add_organization", organization_id="o", name="o"))


@pytest.mark.usefixtures("organization")
async def test_s33_a_link_is_used_up_once(nodes: list[Store]) -> None:
    """Past the counting of attempts, which lets few come so far, and one after the other."""
    key, _ = await nodes[0].write(lambda tx: keys.create(tx, "o", "k", [Scope.ADMIN]))
    token, _ = await nodes[0].write(lambda tx: make_link(tx, "o", 60, key_id=key.id))

    async def use(tx: Transaction, _number: int) -> Row | None:
        return await tx.one("use_sign_in_link", hash=digest(token))

    assert sum(one is not None for one in await race(nodes, use)) == 1


@pytest.mark.usefixtures("organization")
async def test_s33_of_the_links_of_a_person_one_works(nodes: list[Store]) -> None:
    """Each ends the ones before, also those that are made at the same moment."""
    person = await nodes[0].write(lambda tx: people.add(tx, "o", "Ada", None, Role.ADMIN))

    async def make(tx: Transaction, _number: int) -> str:
        token, _ = await make_link(tx, "o", 60, person_id=person.id)
        return token

    tokens = await race(nodes, make)

    async def use(tx: Transaction, number: int) -> Row | None:
        return await tx.one("use_sign_in_link", hash=digest(tokens[number]))

    assert sum(one is not None for one in await race(nodes, use)) == 1


@pytest.mark.usefixtures("organization")
@pytest.mark.parametrize(
    ("secret", "address", "most"),
    [("{:012} is wrong", "192.0.2.1", MOST_BY_ADDRESS), ("one is wrong: {}", "192.0.2.{}", MOST_BY_SECRET)],
    ids=["address", "secret"],
)
async def test_s33_the_attempts_of_a_minute(nodes: list[Store], secret: str, address: str, most: int) -> None:
    """So many are looked at, whichever node they come to; the others are turned away unseen."""

    async def attempt(tx: Transaction, number: int) -> tuple[SignedIn, str] | None:
        origin = Origin(address.format(number), None)
        return await sign_in(tx, key=secret.format(number), token=None, origin=origin, lifetime_s=60, before=None)

    assert await race(nodes, attempt) == [None] * most


async def test_s33_a_job_is_tried_again_once(nodes: list[Store]) -> None:
    scene = await Scene.set(nodes[0])
    await scene.add_worker()
    job_id = await scene.add()
    (held,) = await scene.claim()
    await nodes[0].write(lambda tx: settle(tx, [(held, Ending(Failed(FailureCode.MODEL_REFUSED, "no")))]))

    async def again(tx: Transaction, _number: int) -> Job | None:
        return await retry(tx, "o", job_id)

    told = await race(nodes, again)
    assert {one.generation for one in told if one is not None} == {2}
    assert await scene.events(job_id) == ["created", "started", "failed", "retried"]
    assert len(await scene.claim()) == 1
