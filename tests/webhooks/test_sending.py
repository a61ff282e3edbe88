"""F60, F61: what comes of a message, whatever its receiver does."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from pressrun.store.clock import SECOND
from pressrun.store.store import Store
from pressrun.webhooks import delivery, endpoint
from pressrun.webhooks.attempt import PATIENCE_US
from pressrun.webhooks.delivery import LEASE_S, DeliveryState
from pressrun.webhooks.endpoint import EndpointState
from pressrun.webhooks.schedule import TRIES, WAITS_S
from tests.webhooks.scene import Office, new_sender
from tests.webhooks.sink import Received, Sink, answering, well


async def test_an_end_is_told_signed(office: Office, sink: Sink) -> None:
    _, secret = await office.listen(sink.url)
    (job_id,) = await office.end()
    await office.send()
    (received,) = sink.received
    assert received.is_signed_by(secret)
    assert received.headers["content-type"] == "application/json"
    assert received.json["type"] == "job.completed"
    assert received.json["timestamp"] == "2027-01-15T08:00:00.000000Z"
    assert received.json["data"] == {"id": job_id, "state": "completed"}
    told = await office.the_delivery()
    assert (told.state, told.attempts, told.message_id) == (DeliveryState.DELIVERED, 1, received.id)
    assert [(attempt.status, attempt.error) for attempt in told.log] == [(204, None)]


async def test_every_listener_is_told_under_the_same_id(office: Office, sink: Sink) -> None:
    """Two endpoints and the job's own URL, each by a secret of its own."""
    secrets = [(await office.listen(f"{sink.url}/{number}"))[1] for number in range(2)]
    await office.end(webhook_url=f"{sink.url}/own")
    await office.send()
    assert sorted(one.path for one in sink.received) == ["/hook/0", "/hook/1", "/hook/own"]
    assert len({one.id for one in sink.received}) == 1
    for one in sink.received:
        assert [one.is_signed_by(secret) for secret in secrets] == [one.path == f"/hook/{n}" for n in range(2)]


async def test_f60_the_schedule_of_the_standard(office: Office, sink: Sink) -> None:
    """Ten attempts in some 75 hours, under one id, each with a signature of its own; then it has failed, and may be
    sent again."""
    _, secret = await office.listen(sink.url)
    sink.behave = answering(500)
    await office.end()
    await office.send()
    for number, wait_s in enumerate(WAITS_S, 1):
        assert len(sink.received) == number
        office.clock.advance(wait_s - 1)
        await office.send()
        assert len(sink.received) == number, "too early"
        office.clock.advance(1)
        await office.send()
    assert len(sink.received) == TRIES == 10
    told = await office.the_delivery()
    assert (told.state, told.attempts, told.error) == (
        DeliveryState.FAILED,
        10,
        "10 attempts failed; the last: answered 500",
    )
    assert len({one.id for one in sink.received}) == 1
    assert all(one.is_signed_by(secret) for one in sink.received)
    office.clock.advance(7 * 86_400)
    await office.send()
    assert len(sink.received) == 10
    sink.behave = well
    await office.store.write(lambda tx: delivery.resend(tx, "o", told.id))
    await office.send()
    assert sink.received[-1].id == told.message_id
    assert (await office.the_delivery()).state == DeliveryState.DELIVERED


async def test_f60_a_receiver_that_was_down_gets_everything(office: Office, sink: Sink) -> None:
    """Down for five minutes: nothing listens at its port."""
    await office.listen("http://127.0.0.1:1/hook")
    ids = await office.end(5)
    await office.send()
    assert {one.error for one in await office.deliveries()} == {"unreachable: no connection could be made"}
    found = (await office.deliveries())[0]
    back = await office.store.read(lambda tx: endpoint.find(tx, "o", found.webhook_id))
    assert back.failing_since is not None
    wish = type(back.wish)(sink.url)
    await office.store.write(lambda tx: endpoint.change(tx, "o", back.id, wish, EndpointState.ENABLED, None))
    office.clock.advance(300)
    await office.send()
    assert sorted(one.json["data"]["id"] for one in sink.received) == sorted(ids)
    healed = await office.store.read(lambda tx: endpoint.find(tx, "o", back.id))
    assert healed.failing_since is None


async def test_f60_redirects_are_not_followed(office: Office, sink: Sink) -> None:
    await office.listen(sink.url)
    sink.behave = answering(307, location=f"http://127.0.0.1:{sink.port}/elsewhere")
    await office.end()
    await office.send()
    assert [one.path for one in sink.received] == ["/hook"]
    assert (await office.the_delivery()).error == "answered 307; redirects are not followed"


async def test_f60_an_answer_of_ten_megabytes_is_not_read(office: Office, sink: Sink) -> None:
    """Its status counts; the rest is cut off."""
    sent = 0

    async def babble(received: Received) -> web.StreamResponse:
        return web.Response(body=endless(), status=200)

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 10_000_000:
            sent += 10_000
            yield b"x" * 10_000

    await office.listen(sink.url)
    sink.behave = babble
    await office.end()
    await office.send()
    assert (await office.the_delivery()).state == DeliveryState.DELIVERED
    assert sent < 10_000_000


async def test_f60_a_receiver_that_says_nothing_is_given_up_in_time(office: Office, sink: Sink) -> None:
    hung = asyncio.Event()

    async def hang(_received: Received) -> web.StreamResponse:
        await hung.wait()
        return web.Response()

    office.sender = new_sender(office.store, total_s=0.2)
    await office.listen(sink.url)
    sink.behave = hang
    await office.end()
    await office.send()
    hung.set()
    await office.sender.close()
    assert (await office.the_delivery()).error == "timeout: no answer within 0.2 seconds"


async def test_one_slow_endpoint_holds_up_nobody(office: Office, sink: Sink) -> None:
    """It keeps the few slots it has; whoever is quick gets everything meanwhile."""
    hung = asyncio.Event()

    async def behave(received: Received) -> web.StreamResponse:
        if received.path.endswith("slow"):
            await hung.wait()
        return web.Response()

    sink.behave = behave
    await office.listen(f"{sink.url}/slow")
    await office.end(30)
    await office.sender.step()
    await office.listen(f"{sink.url}/quick")
    ids = await office.end(30)

    def quick() -> set[str]:
        return {one.json["data"]["id"] for one in sink.received if one.path.endswith("quick")}

    async with asyncio.timeout(30):
        while quick() != set(ids):
            await office.sender.step()
            await asyncio.sleep(0.01)
    assert len([one for one in sink.received if one.path.endswith("slow")]) == 8
    hung.set()
    await office.send()
    assert len(sink.received) == 90


async def test_f61_gone_disables_the_endpoint(office: Office, sink: Sink) -> None:
    """410: nothing more is sent, not even what waited already; the reason can be read, and in the audit log too."""
    made, _ = await office.listen(sink.url)
    await office.end(3)
    await office.sender.step()
    sink.behave = answering(410)
    await office.end(20)
    await office.send()
    seen = len(sink.received)
    stopped = await office.store.read(lambda tx: endpoint.find(tx, "o", made.id))
    assert (stopped.state, stopped.reason) == (EndpointState.DISABLED, "it answered 410 Gone: it wants nothing more")
    await office.end()
    await office.send()
    assert len(sink.received) == seen
    assert {one.state for one in await office.deliveries()} <= {DeliveryState.FAILED, DeliveryState.DELIVERED}
    actions = await office.store.read(
        lambda tx: tx.all("list_audit", organization_id="o", before=2**62, limit=5, action="webhook.disabled")
    )
    assert [row["target"] for row in actions] == [made.id]


@pytest.mark.parametrize(("status", "wish", "wait_s"), [
    (429, "60", 60),
    (503, "3600", 3600),
    (429, "1", 5),
    (503, "99999999", 5),
    (429, "soon", 5),
    (500, "60", 5),
])  # fmt: skip
async def test_f61_wishes_are_kept_if_they_are_sane(
    office: Office, sink: Sink, status: int, wish: str, wait_s: int
) -> None:
    """Retry-After makes a wait longer, never shorter, and never absurd."""
    await office.listen(sink.url)
    sink.behave = answering(status, retry_after=wish)
    await office.end()
    await office.send()
    assert (await office.the_delivery()).next_at - office.clock.now == wait_s * SECOND


async def test_five_days_of_failing_disable_an_endpoint(office: Office, sink: Sink) -> None:
    made, _ = await office.listen(sink.url)
    sink.behave = answering(500)
    await office.end()
    await office.send()
    office.clock.advance(PATIENCE_US / SECOND)
    await office.end()
    await office.send()
    assert (await office.store.read(lambda tx: endpoint.find(tx, "o", made.id))).state == EndpointState.ENABLED
    office.clock.advance(6)
    await office.send()
    stopped = await office.store.read(lambda tx: endpoint.find(tx, "o", made.id))
    assert (stopped.state, stopped.reason) == (EndpointState.DISABLED, "it has taken no message for five days")


async def test_an_endpoint_that_is_removed_gets_nothing_more(office: Office, sink: Sink) -> None:
    made, _ = await office.listen(sink.url)
    await office.end()
    await office.sender.step()
    await office.sender.settled()
    seen = len(sink.received)
    sink.behave = answering(500)
    await office.end()
    await office.send()
    await office.store.write(lambda tx: endpoint.remove(tx, "o", made.id))
    office.clock.advance(10)
    await office.send()
    assert len(sink.received) == seen + 1
    assert (await office.deliveries())[-1].error == "the webhook was removed"


async def test_a_sender_that_dies_is_followed_by_another(office: Office, sink: Sink, store: Store) -> None:
    """F63: what it held is sent again, under the same id, when its lease is over; what it says later is refused."""
    hung = asyncio.Event()

    async def hang(_received: Received) -> web.StreamResponse:
        await hung.wait()
        return web.Response(status=500)

    await office.listen(sink.url)
    sink.behave = hang
    await office.end()
    await office.sender.step()
    await sink.wait(1)
    other = new_sender(store)
    await other.step()
    assert not other._tasks, "it is held"
    office.clock.advance(LEASE_S)
    sink.behave = well
    await other.step()
    await other.settled()
    assert (await office.the_delivery()).state == DeliveryState.DELIVERED
    hung.set()
    await office.sender.settled()
    told = await office.the_delivery()
    assert (told.state, told.attempts) == (DeliveryState.DELIVERED, 1), "the stale sender changed something"
    assert len({one.id for one in sink.received}) == 1
    await other.close()


async def test_a_sender_that_is_stopped_gives_back_what_it_holds(office: Office, sink: Sink, store: Store) -> None:
    """Another sends it at once."""
    hung = asyncio.Event()

    async def hang(_received: Received) -> web.StreamResponse:
        await hung.wait()
        return web.Response()

    await office.listen(sink.url)
    sink.behave = hang
    await office.end()
    await office.sender.step()
    await sink.wait(1)
    await office.sender.close()
    sink.behave = well
    other = new_sender(store)
    await other.step()
    await other.settled()
    hung.set()
    await other.close()
    assert (await office.the_delivery()).state == DeliveryState.DELIVERED
