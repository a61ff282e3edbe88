"""Any page of any selection of a batch's rows."""

from typing import Any

import msgspec
import pytest

from pressrun.batches.rows_page import RowFilter, RowLine, rows_page
from pressrun.jobs.outcome import Call, Completed, Ending
from pressrun.jobs.settle import settle
from pressrun.store.clock import SECOND
from tests.batches.scene import BatchScene, rows
from tests.fake_clock import FakeClock

PRODUCTS = ("Apfel", "Birne", None, "Äpfel 100%", 'say "hi"', "kiwi")


async def numbers(scene: BatchScene, batch_id: str, *, offset: int = 0, limit: int = 10, **wanted: Any) -> list[int]:
    """The rows of a page; a page from the beginning has all that are counted."""
    lines, total = await page(scene, batch_id, offset=offset, limit=limit, **wanted)
    if offset == 0 and limit >= total:
        assert len(lines) == total
    return [line.row for line in lines]


async def page(
    scene: BatchScene, batch_id: str, *, offset: int = 0, limit: int = 10, short: bool = False, **wanted: Any
) -> tuple[list[RowLine], int]:
    batch = await scene.batch(batch_id)
    chosen = RowFilter(frozenset(wanted.pop("states", ())), **wanted)
    lines, total = await scene.store.read(
        lambda tx: rows_page(tx, batch, chosen, offset=offset, limit=limit, short=short)
    )
    return list(lines), total


@pytest.fixture
async def batch_id(scene: BatchScene, clock: FakeClock) -> str:
    """Six rows: one is not valid, one failed, one is queued; the others took 1, 3 and 2 seconds and tokens as many."""
    batch_id = await scene.upload(rows(*PRODUCTS))
    await scene.keep()
    held = {msgspec.json.decode(one.inputs)["Product"][0]: one for one in await scene.claim(4)}
    for product, seconds in (("Apfel", 1), ("Äpfel 100%", 2), ('say "hi"', 3)):
        clock.advance(seconds - 1 if product == "Apfel" else 1)
        call = Call("m", "completed", 0.1, prompt_tokens=10 - seconds, completion_tokens=0, cost=seconds)
        payload = msgspec.json.encode({"title": "T", "suggestion": f"<{product}> über\n_", "prompts": {"text": "kiwi"}})
        ending = [(held[product], Ending(Completed(payload), [call]))]
        await scene.store.write(lambda tx, ending=ending: settle(tx, ending))  # type: ignore[misc]
    await scene.fail(held["Birne"])
    return batch_id


async def test_all_rows_from_anywhere(scene: BatchScene, batch_id: str) -> None:
    assert await numbers(scene, batch_id) == [1, 2, 3, 4, 5, 6]
    assert await numbers(scene, batch_id, offset=4, limit=3) == [5, 6]
    assert await numbers(scene, batch_id, offset=1, limit=2, descending=True) == [5, 4]
    lines, total = await page(scene, batch_id, offset=100)
    assert (lines, total) == ([], 6)


async def test_by_state_and_error(scene: BatchScene, batch_id: str) -> None:
    assert await numbers(scene, batch_id, states={"completed"}) == [1, 4, 5]
    assert await numbers(scene, batch_id, states={"failed", "invalid"}) == [2, 3]
    assert await numbers(scene, batch_id, states={"queued"}) == [6]
    assert await numbers(scene, batch_id, error_code="model_refused") == [2]
    assert await numbers(scene, batch_id, error_code="invalid") == [3]
    assert await numbers(scene, batch_id, error_code="model_refused", states={"completed"}) == []
    lines, total = await page(scene, batch_id, states={"completed"}, offset=1, limit=1, descending=True)
    assert ([line.row for line in lines], total) == ([4], 3)
    lines, total = await page(scene, batch_id, states={"completed"}, offset=9)
    assert (lines, total) == ([], 3)


async def test_rows_that_are_no_jobs_yet_are_queued(scene: BatchScene) -> None:
    batch_id = await scene.upload(rows("a", None, "b"))
    assert await numbers(scene, batch_id, states={"queued"}) == [1, 3]
    assert await numbers(scene, batch_id, states={"invalid"}) == [2]
    assert await numbers(scene, batch_id, text="b") == [3]
    assert await numbers(scene, batch_id, text="b", states={"queued"}) == [3]


async def test_in_the_order_of_a_figure(scene: BatchScene, batch_id: str) -> None:
    done = {"completed"}
    assert await numbers(scene, batch_id, states=done, sort="duration") == [1, 4, 5]
    assert await numbers(scene, batch_id, states=done, sort="tokens") == [5, 4, 1]
    assert await numbers(scene, batch_id, states=done, sort="cost", descending=True) == [5, 4, 1]
    assert await numbers(scene, batch_id, sort="attempts", descending=True, limit=5) == [5, 4, 2, 1, 6]
    assert (await numbers(scene, batch_id, sort="duration"))[-2:] == [3, 6], "without a figure, last"


async def test_what_ended_in_some_time(scene: BatchScene, batch_id: str) -> None:
    ended = {line.row: line.completed_at for line in (await page(scene, batch_id, states={"completed"}))[0]}
    at = ended[4]
    assert at is not None
    assert await numbers(scene, batch_id, from_us=at) == [2, 4, 5]
    assert await numbers(scene, batch_id, to_us=at) == [1]
    assert await numbers(scene, batch_id, from_us=at, to_us=at + SECOND) == [4]
    assert await numbers(scene, batch_id, from_us=at, text="BIRNE") == [2]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("apfel", [1]),
        ("äpfel", [4]),
        ("ÄPFEL 100%", [4]),
        ("%", [4]),
        ("_", [1, 4, 5]),
        ("ÜBER", [1, 4, 5]),
        ("kiwi", [6]),
        ('"HI"', [5]),
        ("\n", [1, 4, 5]),
        ("suggestion", []),
        ("prompts", []),
        ("nothing", []),
    ],
)
async def test_text(scene: BatchScene, batch_id: str, text: str, found: list[int]) -> None:
    assert await numbers(scene, batch_id, text=text) == found


async def test_text_in_an_id(scene: BatchScene) -> None:
    given = rows("a", "b")
    batch_id = await scene.upload([type(one)(one.number, one.cells, one.inputs, f"SKU_{one.number}") for one in given])
    assert await numbers(scene, batch_id, text="sku_2") == [2]
    assert await numbers(scene, batch_id, text="sku-2") == []


async def test_short_lines(scene: BatchScene, batch_id: str) -> None:
    lines, _ = await page(scene, batch_id, short=True)
    assert [line.cells for line in lines] == [None] * 6
    assert lines[0].result is not None
    assert len(lines[0].result) <= 4096
    assert (lines[0].inputs, lines[2].inputs) == (b'{"Product":["Apfel"]}', None)
