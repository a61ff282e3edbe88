"""S-10, F62: signatures that the standard's own library accepts, and nothing that was changed."""

import time
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from pressrun.webhooks import secret
from pressrun.webhooks.secret import new_secret
from pressrun.webhooks.signing import signed_headers
from tests.webhooks.scene import VAULT, Office
from tests.webhooks.sink import Sink

BODY = '{"type":"job.completed","timestamp":"2026-01-01T00:00:00Z","data":{"text":"é 😀"}}'.encode()


async def test_s10_a_thousand_deliveries_verify(office: Office, sink: Sink) -> None:
    _, token = await office.listen(sink.url)
    for _ in range(2):
        await office.end(500)
    await office.send()
    assert len(sink.received) == 1000
    assert len({one.id for one in sink.received}) == 1000
    assert all(one.is_signed_by(token) for one in sink.received)


def test_s10_every_byte_counts() -> None:
    """Of the id, the time and the body: flip one, and the library refuses."""
    token = new_secret()
    headers = signed_headers([token], "0199-abc", BODY, time.time())
    Webhook(token).verify(BODY, headers)
    for name in ("webhook-id", "webhook-timestamp"):
        for position in range(len(headers[name])):
            changed = flipped(headers[name].encode(), position).decode("latin-1")
            assert_refused(token, BODY, {**headers, name: changed})
    for position in range(len(BODY)):
        assert_refused(token, flipped(BODY, position), headers)
    assert_refused(new_secret(), BODY, headers)


def flipped(text: bytes, position: int) -> bytes:
    return text[:position] + bytes([text[position] ^ 1]) + text[position + 1 :]


def assert_refused(token: str, body: bytes, headers: dict[str, str]) -> None:
    with pytest.raises((WebhookVerificationError, UnicodeDecodeError)):
        Webhook(token).verify(body, headers)


def test_s10_secrets_are_long_and_never_the_same() -> None:
    secrets = {new_secret() for _ in range(1000)}
    assert len(secrets) == 1000
    assert all(len(Webhook(one)._whsecret) >= 24 for one in secrets)


def test_s10_every_attempt_has_its_own_time() -> None:
    """A receiver refuses what is five minutes old: the third attempt must not carry the first one's time."""
    token = new_secret()
    moment = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
    one, other = (signed_headers([token], "m", BODY, now_s) for now_s in (moment, moment + 300))
    assert one["webhook-id"] == other["webhook-id"]
    assert int(other["webhook-timestamp"]) - int(one["webhook-timestamp"]) == 300
    assert one["webhook-signature"] != other["webhook-signature"]


async def test_f62_both_secrets_hold_during_a_rotation(office: Office, sink: Sink) -> None:
    """Whoever has the old one or the new one can verify, until the time of grace is over."""
    made, old = await office.listen(sink.url)
    new, until = await office.store.write(lambda tx: secret.rotate(tx, VAULT, "o", made.id, 3600))
    assert until == office.clock.now + 3600 * 1_000_000
    await office.end(5)
    await office.send()
    assert all(one.is_signed_by(old) and one.is_signed_by(new) for one in sink.received)
    office.clock.advance(3600)
    await office.end()
    await office.send()
    assert (sink.received[-1].is_signed_by(old), sink.received[-1].is_signed_by(new)) == (False, True)


async def test_a_secret_is_sealed_and_opens_for_its_endpoint_alone(office: Office, sink: Sink) -> None:
    made, token = await office.listen(sink.url)
    row = await office.store.read(lambda tx: tx.one("find_webhook_secret", organization_id="o", webhook_id=made.id))
    assert row is not None
    assert token.encode() not in bytes(row["sealed"])
    other, _ = await office.listen(sink.url)
    await office.store.write(lambda tx: secret.current(tx, VAULT, "o", other.id))
    assert await office.store.read(lambda tx: secret.current(tx, VAULT, "o", made.id)) == [token]
    assert await office.store.read(lambda tx: secret.current(tx, VAULT, "other", made.id)) == []
