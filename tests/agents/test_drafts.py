"""Drafts on both databases: found, changed by one at a time, and nobody else's."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from pressrun.agents.agent import find_agent
from pressrun.agents.drafts import add_agent, delete_agent, draft_of, patch_draft, replace_draft
from pressrun.agents.listing import AgentPage, list_agents
from pressrun.agents.versions import deploy_agent, find_definition, list_versions, roll_back
from pressrun.errors import Code, PressrunError
from pressrun.store.store import Store, Transaction
from tests.agents.samples import ID, added, definition, refused
from tests.fake_clock import FakeClock

pytestmark = pytest.mark.usefixtures("organizations")


async def test_a_draft_is_found_by_id_and_by_alias(store: Store, clock: FakeClock) -> None:
    one = definition(alias="copy", description="\0 😀 שלום")
    agent = await added(store, one, agent_id=ID)
    assert (agent.id, agent.alias, agent.name, agent.created_at) == (ID, "copy", "Product copy", clock.now)
    assert (agent.deployed, agent.deployed_version, agent.last_version) == (False, None, 0)
    for reference in (ID, "copy"):
        found = await store.read(lambda tx, reference=reference: find_agent(tx, "ours", reference))  # type: ignore[misc]
        assert found == agent
        assert draft_of(found) == one


@pytest.mark.parametrize("reference", ["nothing", "", "a\0b", "\ud800", "x" * 10_000])
async def test_what_is_not_there_is_not_found(store: Store, reference: str) -> None:
    await added(store, agent_id=ID)
    said = await refused(Code.NOT_FOUND, store.read(lambda tx: find_agent(tx, "ours", reference)))
    assert said.encode()


async def test_an_organization_sees_nothing_of_another(store: Store) -> None:
    agent = await added(store, definition(alias="copy"), deploy=True)
    calls: list[Callable[[Transaction], Awaitable[object]]] = [
        lambda tx: find_agent(tx, "theirs", agent.id),
        lambda tx: find_agent(tx, "theirs", "copy"),
        lambda tx: patch_draft(tx, "theirs", agent.id, {"name": "x"}),
        lambda tx: delete_agent(tx, "theirs", agent.id),
        lambda tx: deploy_agent(tx, "theirs", agent.id),
        lambda tx: roll_back(tx, "theirs", agent.id, 1),
        lambda tx: list_versions(tx, "theirs", agent.id),
        lambda tx: find_definition(tx, "theirs", agent.id, 1),
    ]
    for call in calls:
        await refused(Code.NOT_FOUND, store.write(call))
    page = await store.read(lambda tx: list_agents(tx, "theirs", after=agent.id, include_drafts=True))
    assert page == AgentPage((), has_more=False)
    other = await store.write(lambda tx: add_agent(tx, "theirs", definition(alias="copy")))
    assert other.alias == "copy"


async def test_ids_and_aliases_are_taken_once(store: Store) -> None:
    await added(store, definition(alias="copy"), agent_id=ID)
    said = await refused(Code.CONFLICT, added(store, definition(alias="copy", name="Other")))
    assert said == f'the alias "copy" belongs to the agent "Product copy" ({ID}): choose another'
    await refused(Code.CONFLICT, added(store, agent_id=ID))
    await refused(Code.INVALID, added(store, agent_id="mine"))
    other = await added(store, definition(alias="other"))
    await refused(Code.CONFLICT, store.write(lambda tx: patch_draft(tx, "ours", other.id, {"alias": "copy"})))


async def test_a_patch_merges_at_the_top(store: Store, clock: FakeClock) -> None:
    agent = await added(store, definition(alias="copy", description="old"))
    clock.advance(1)
    changes = {"description": None, "alias": "text", "output": {"title": "New"}}
    patched = await store.write(lambda tx: patch_draft(tx, "ours", "copy", changes))
    draft = draft_of(patched)
    assert (draft.description, draft.output.title, draft.output.template) == (None, "New", None)
    assert draft.prompts == definition().prompts
    assert (patched.alias, patched.updated_at - agent.updated_at) == ("text", 1_000_000)
    await refused(Code.NOT_FOUND, store.read(lambda tx: find_agent(tx, "ours", "copy")))
    said = await refused(Code.INVALID, store.write(lambda tx: patch_draft(tx, "ours", "text", {"prompts": 7, "x": 1})))
    assert "prompts: must be a list" in said
    assert "x: is not a field here" in said


async def test_a_patch_of_a_draft_that_has_changed_is_refused(store: Store) -> None:
    agent = await added(store)
    seen = agent.draft_digest
    await store.write(lambda tx: patch_draft(tx, "ours", agent.id, {"name": "one"}, seen))
    said = await refused(
        Code.CONFLICT, store.write(lambda tx: replace_draft(tx, "ours", agent.id, definition(name="two"), seen))
    )
    assert "read it again" in said
    assert (await store.read(lambda tx: find_agent(tx, "ours", agent.id))).name == "one"


async def test_of_many_patches_of_one_draft_one_wins(store: Store) -> None:
    agent = await added(store)

    async def patch(number: int) -> bool:
        changes = {"name": f"name {number}"}
        try:
            await store.write(lambda tx: patch_draft(tx, "ours", agent.id, changes, agent.draft_digest))
        except PressrunError as error:
            assert error.code == Code.CONFLICT  # noqa: PT017 - one of them must not raise
            return False
        return True

    assert sum(await asyncio.gather(*(patch(number) for number in range(8)))) == 1


async def test_an_unchanged_draft_is_left_alone(store: Store, clock: FakeClock) -> None:
    agent = await added(store)
    clock.advance(1)
    assert await store.write(lambda tx: replace_draft(tx, "ours", agent.id, definition())) == agent


async def test_deleting_frees_the_alias_and_keeps_the_versions(store: Store) -> None:
    agent = await added(store, definition(alias="copy"), deploy=True)
    await store.write(lambda tx: delete_agent(tx, "ours", "copy"))
    for reference in (agent.id, "copy"):
        await refused(Code.NOT_FOUND, store.read(lambda tx, reference=reference: find_agent(tx, "ours", reference)))  # type: ignore[misc]
    await refused(Code.NOT_FOUND, store.write(lambda tx: delete_agent(tx, "ours", agent.id)))
    assert await store.read(lambda tx: find_definition(tx, "ours", agent.id, 1)) == definition(alias="copy")
    assert (await added(store, definition(alias="copy"))).alias == "copy"
