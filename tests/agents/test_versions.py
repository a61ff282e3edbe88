"""Versions on both databases: numbered, deployed, rolled back to, never changed."""

import asyncio

import pytest

from pressrun.agents.agent import Agent, find_deployed
from pressrun.agents.drafts import draft_of, patch_draft, replace_draft
from pressrun.agents.versions import deploy_agent, find_definition, list_versions, roll_back
from pressrun.errors import Code
from pressrun.organizations import keys, people
from pressrun.organizations.keys import Scope
from pressrun.store.store import Store
from tests.agents.samples import added, definition, refused
from tests.fake_clock import FakeClock

pytestmark = pytest.mark.usefixtures("organizations")


async def test_what_is_not_deployed_says_so(store: Store) -> None:
    agent = await added(store, definition(alias="copy"))
    said = await refused(Code.NOT_FOUND, store.read(lambda tx: find_deployed(tx, "ours", agent.id)))
    assert said == ('the agent "Product copy" exists but is not deployed; deploy it with `pressrun agents deploy copy`')
    await store.write(lambda tx: deploy_agent(tx, "ours", "copy"))
    assert (await store.read(lambda tx: find_deployed(tx, "ours", "copy"))).deployed_version == 1


async def test_deploying_makes_a_version_of_the_draft(store: Store, clock: FakeClock) -> None:
    agent = await added(store, definition(settings={"concurrency": 7}))
    clock.advance(1)
    first = await store.write(lambda tx: deploy_agent(tx, "ours", agent.id, note="go 😀", created_by="key-1"))
    assert (first.deployed_version, first.last_version, first.concurrency) == (1, 1, 7)
    assert first.last_deployed_at == clock.now
    row = await store.read(lambda tx: tx.one("find_agent", organization_id="ours", reference=agent.id))
    assert row is not None
    assert row["models"] == '["default", "small"]'
    (version,) = await store.read(lambda tx: list_versions(tx, "ours", agent.id))
    assert (version.version, version.note, version.created_by, version.digest, version.created_at) == (
        1, "go 😀", "key-1", agent.draft_digest, clock.now,
    )  # fmt: skip


async def test_a_version_tells_the_name_of_who_deployed_it(store: Store) -> None:
    key, _ = await store.write(lambda tx: keys.create(tx, "ours", "ci", [Scope.AGENTS_WRITE]))
    person = await store.write(lambda tx: people.add(tx, "ours", "Ada", None, people.Role.EDITOR))
    theirs, _ = await store.write(lambda tx: keys.create(tx, "theirs", "secret", [Scope.AGENTS_WRITE]))
    agent = await added(store)
    for number, by in enumerate((key.id, person.id, theirs.id, "nobody")):
        await store.write(lambda tx, number=number: patch_draft(tx, "ours", agent.id, {"name": f"n{number}"}))  # type: ignore[misc]
        await store.write(lambda tx, by=by: deploy_agent(tx, "ours", agent.id, created_by=by))  # type: ignore[misc]
    versions = await store.read(lambda tx: list_versions(tx, "ours", agent.id))
    assert [version.created_by_name for version in versions] == [None, None, "Ada", "ci"]


async def test_an_unchanged_draft_is_not_deployed_again(store: Store, clock: FakeClock) -> None:
    agent = await added(store, deploy=True)
    clock.advance(1)
    assert await store.write(lambda tx: deploy_agent(tx, "ours", agent.id, note="again")) == agent
    assert len(await store.read(lambda tx: list_versions(tx, "ours", agent.id))) == 1


async def test_many_deployments_at_once_make_one_version(store: Store) -> None:
    agent = await added(store)
    deployed = await asyncio.gather(
        *(store.write(lambda tx: deploy_agent(tx, "ours", agent.id)) for _ in range(8)), return_exceptions=True
    )
    assert {one.deployed_version for one in deployed if isinstance(one, Agent)} == {1}
    assert all(isinstance(one, Agent) for one in deployed)
    assert len(await store.read(lambda tx: list_versions(tx, "ours", agent.id))) == 1


async def test_rolling_back_deploys_an_old_version_and_leaves_the_draft(store: Store) -> None:
    agent = await added(store, definition(settings={"concurrency": 1}), deploy=True)
    second = definition(name="Second", prompts=[{"name": "p", "prompt": "x"}], output=None)
    await store.write(lambda tx: replace_draft(tx, "ours", agent.id, second))
    await store.write(lambda tx: deploy_agent(tx, "ours", agent.id))
    back = await store.write(lambda tx: roll_back(tx, "ours", agent.id, 1))
    assert (back.deployed_version, back.last_version, back.concurrency, back.name) == (1, 2, 1, "Second")
    assert draft_of(back) == second
    forward = await store.write(lambda tx: deploy_agent(tx, "ours", agent.id))
    assert (forward.deployed_version, forward.concurrency) == (3, None)
    versions = await store.read(lambda tx: list_versions(tx, "ours", agent.id))
    assert [one.version for one in versions] == [3, 2, 1]
    for missing in (0, 4, -1, 2**70):
        await refused(Code.NOT_FOUND, store.write(lambda tx, missing=missing: roll_back(tx, "ours", agent.id, missing)))  # type: ignore[misc]


@pytest.mark.parametrize("note", ["x" * 1_001, "a\0b", "\ud800"])
async def test_a_note_that_cannot_be_kept_is_refused(store: Store, note: str) -> None:
    agent = await added(store)
    await refused(Code.INVALID, store.write(lambda tx: deploy_agent(tx, "ours", agent.id, note=note)))


async def test_a_version_never_changes(store: Store) -> None:
    agent = await added(store, deploy=True)
    await store.write(lambda tx: patch_draft(tx, "ours", agent.id, {"name": "other"}))
    assert await store.read(lambda tx: find_definition(tx, "ours", agent.id, 1)) == definition()
