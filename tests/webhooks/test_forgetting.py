"""What is kept of webhooks, and for how long."""

from pressrun.jobs import delete
from pressrun.jobs.upkeep import DELIVERIES_KEEP_US, URLS_KEEP_US, tidy
from pressrun.store.clock import SECOND
from pressrun.webhooks import endpoint, secret
from pressrun.webhooks.endpoint import Wish
from tests.raw_sql import fetch
from tests.webhooks.scene import VAULT, Office
from tests.webhooks.sink import Sink, answering


async def test_deliveries_are_kept_for_thirty_days_after_their_end(office: Office, sink: Sink) -> None:
    """What is still to be sent is never forgotten."""
    await office.listen(sink.url)
    await office.end()
    await office.send()
    sink.behave = answering(500)
    (waiting,) = await office.end()
    await office.send()
    office.clock.advance(DELIVERIES_KEEP_US / SECOND)
    await tidy(office.store)
    assert len(await office.deliveries()) == 2
    office.clock.advance(1)
    await tidy(office.store)
    assert [one.job_id for one in await office.deliveries()] == [waiting]


async def test_an_endpoint_made_for_a_while_goes_with_its_secret(office: Office, database_url: str) -> None:
    """The organization's own secret stays."""
    await office.store.write(lambda tx: secret.of_organization(tx, VAULT, "o"))
    made = await office.store.write(lambda tx: endpoint.add(tx, "o", Wish("http://127.0.0.1/"), lifetime_s=60))
    await office.store.write(lambda tx: secret.make(tx, VAULT, "o", made.id))
    kept, _ = await office.listen("http://127.0.0.1/")
    office.clock.advance(61)
    await tidy(office.store)
    found = await office.store.read(lambda tx: endpoint.list_endpoints(tx, "o"))
    assert [one.id for one in found] == [kept.id]
    secrets = await fetch(database_url, "SELECT webhook_id FROM webhook_secrets")
    assert {row[0] for row in secrets} == {"", kept.id}


async def test_a_jobs_url_goes_with_its_job(office: Office, database_url: str) -> None:
    """As long as the job is there it may be run again, and end again."""
    kept, gone = [await office.jobs.add(webhook_url="http://127.0.0.1/") for _ in range(2)]
    for held in await office.jobs.claim():
        await office.jobs.complete(held)
    await office.store.write(lambda tx: delete.delete(tx, "o", gone))
    office.clock.advance(URLS_KEEP_US / SECOND + 1)
    await tidy(office.store)
    assert await fetch(database_url, "SELECT job_id FROM webhook_urls") == [(kept,)]
