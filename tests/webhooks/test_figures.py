"""How telling goes: what is counted, and whom the doctor names."""

from pressrun.api.metrics import exposition
from pressrun.webhooks import endpoint
from pressrun.webhooks.delivery import DeliveryState
from pressrun.webhooks.endpoint import STOPPED, EndpointState
from pressrun.webhooks.figures import Unwell, figures, unwell
from tests.webhooks.scene import Office
from tests.webhooks.sink import Sink, answering

HOUR_US = 3_600_000_000


async def test_ends_of_deliveries_are_counted_and_delays_told(office: Office, sink: Sink) -> None:
    await office.listen(sink.url)
    await office.end(2)
    office.clock.advance(30)
    assert (await office.store.read(figures)).outbox_s == 30
    await office.send()
    sink.behave = answering(500)
    await office.end()
    await office.send()
    office.clock.advance(4)
    seen = await office.store.read(figures)
    assert (seen.ended, seen.endpoints) == ({DeliveryState.DELIVERED: 2}, {EndpointState.ENABLED: 1})
    assert (seen.failing, seen.outbox_s, seen.pending_s) == (1, 0, 4)
    sink.behave = answering(410)
    office.clock.advance(1)
    await office.send()
    text = (await exposition(office.store)).decode()
    for line in (
        'pressrun_webhook_deliveries_total{outcome="delivered"} 2.0',
        'pressrun_webhook_deliveries_total{outcome="failed"} 1.0',
        'pressrun_webhooks{state="disabled"} 1.0',
        "pressrun_webhooks_failing 0.0",
        "pressrun_webhook_oldest_pending_seconds 0.0",
        "pressrun_webhook_outbox_seconds 0.0",
    ):
        assert line in text.splitlines()


async def test_the_doctor_names_those_that_take_nothing(office: Office, sink: Sink) -> None:
    """For an hour, or disabled for that; not one that somebody stopped."""
    failing, _ = await office.listen(sink.url, name="shop")
    stopped, _ = await office.listen(f"{sink.url}/other")
    disabled = EndpointState.DISABLED
    await office.store.write(lambda tx: endpoint.change(tx, "o", stopped.id, stopped.wish, disabled, STOPPED))
    sink.behave = answering(500)
    await office.end()
    await office.send()
    assert await office.store.read(lambda tx: unwell(tx, HOUR_US)) == []
    office.clock.advance(3601)
    assert await office.store.read(lambda tx: unwell(tx, HOUR_US)) == [Unwell(failing.id, "shop", 3601, None)]
    sink.behave = answering(410)
    await office.send()
    (found,) = await office.store.read(lambda tx: unwell(tx, HOUR_US))
    assert (found.id, found.disabled_reason) == (failing.id, "it answered 410 Gone: it wants nothing more")
