"""Lists of agents on both databases, walked in both directions."""

from typing import Any

import pytest

from pressrun.agents.agent import Agent
from pressrun.agents.drafts import delete_agent
from pressrun.agents.listing import list_agents
from pressrun.store.store import Store
from tests.agents.samples import ID, added, definition
from tests.fake_clock import FakeClock

pytestmark = pytest.mark.usefixtures("organizations")


@pytest.fixture
async def seven(store: Store, clock: FakeClock) -> list[str]:
    """The ids of seven agents, oldest first; several of the same moment, the fourth a draft."""
    made: list[Agent] = []
    for number in range(7):
        clock.advance(number % 2)
        made.append(await added(store, definition(name=f"n{number}"), deploy=number != 3))
    return [agent.id for agent in sorted(made, key=lambda agent: (agent.created_at, agent.id))]


async def page(store: Store, **options: Any) -> tuple[list[str], bool]:
    found = await store.read(lambda tx: list_agents(tx, "ours", **options))
    ids = [agent.id for agent in found.agents]
    assert (found.first_id, found.last_id) == ((ids[0], ids[-1]) if ids else (None, None))
    return ids, found.has_more


async def test_only_deployed_agents_are_listed_unless_asked(store: Store, seven: list[str]) -> None:
    ids, more = await page(store)
    assert (len(ids), more) == (6, False)
    assert await page(store, include_drafts=True) == (seven[::-1], False)
    await store.write(lambda tx: delete_agent(tx, "ours", seven[0]))
    assert await page(store, include_drafts=True) == (seven[:0:-1], False)


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("limit", [1, 2, 3, 7])
async def test_walking_forwards_and_backwards_meets_every_agent_once(
    store: Store, seven: list[str], order: str, limit: int
) -> None:
    expected = seven if order == "asc" else seven[::-1]
    walked: list[str] = []
    more, after = True, None
    while more:
        ids, more = await page(store, order=order, limit=limit, after=after, include_drafts=True)
        walked += ids
        after = ids[-1]
    assert walked == expected
    assert await page(store, order=order, after=after, include_drafts=True) == ([], False)
    walked, more, before = [], True, expected[-1]
    while more:
        ids, more = await page(store, order=order, limit=limit, before=before, include_drafts=True)
        walked = ids + walked
        before = ids[0]
    assert walked == expected[:-1]


async def test_both_cursors_hold_and_unknown_ones_lead_nowhere(store: Store, seven: list[str]) -> None:
    both = {"after": seven[1], "before": seven[5], "include_drafts": True}
    assert await page(store, order="asc", **both) == (seven[2:5], False)
    assert await page(store, order="asc", limit=2, **both) == (seven[2:4], True)
    assert await page(store, order="desc", **both) == ([], False)
    assert await page(store, order="desc", after=seven[5], before=seven[1], include_drafts=True) == (
        seven[4:1:-1], False,
    )  # fmt: skip
    for cursors in ({"after": "after", "before": "before"}, {"after": ID}, {"before": ID}, {"after": "\0\ud800"}):
        assert await page(store, limit=0, **cursors) == ([], False)


async def test_a_page_after_a_deleted_agent_goes_on(store: Store, seven: list[str]) -> None:
    await store.write(lambda tx: delete_agent(tx, "ours", seven[5]))
    assert await page(store, after=seven[5], include_drafts=True) == (seven[4::-1], False)


@pytest.mark.parametrize(("limit", "count"), [(-5, 1), (0, 1), (1, 1), (2**70, 7)])
async def test_the_limit_is_brought_into_its_range(store: Store, seven: list[str], limit: int, count: int) -> None:
    ids, more = await page(store, limit=limit, include_drafts=True)
    assert (len(ids), more) == (count, count < 7)


async def test_agents_are_found_by_words_of_name_and_alias_and_by_their_ids(store: Store) -> None:
    """Whatever their case, in their order; signs of a pattern stand for themselves."""
    names = {"Product texts 100%": "shop-texts", "Press release": "press", "a_b": "c"}
    made = {name: (await added(store, definition(name=name, alias=alias))).id for name, alias in names.items()}
    shop, press, signs = made.values()
    every = [signs, press, shop]
    for words, found in {
        "product": [shop], "PROD text": [shop], "text prod": [], "100%": [shop], "%": [shop], "_": [signs],
        "PRESS": [press], "shop-t": [shop], "\\": [], "": every, "\0": every,
        press.upper(): [press], press[:-1]: [press], press[1:]: [],
    }.items():  # fmt: skip
        ids, _ = await page(store, words=words, include_drafts=True)
        assert sorted(ids) == sorted(found), words
    assert (await page(store, words="p", limit=1, include_drafts=True))[1], "there is more"
