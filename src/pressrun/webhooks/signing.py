"""Standard Webhooks: the headers of one attempt."""

from collections.abc import Sequence
from datetime import UTC, datetime


def signed_headers(secrets: Sequence[str], message_id: str, body: bytes, now_s: float) -> dict[str, str]:
    """Headers that prove who sends `body`: id, time in seconds since the epoch, and a signature by each secret."""
    from standardwebhooks import Webhook  # noqa: PLC0415 - most servers send nothing

    moment = datetime.fromtimestamp(int(now_s), UTC)
    text = body.decode()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now_s)),
        "webhook-signature": " ".join(Webhook(secret).sign(message_id, moment, text) for secret in secrets),
    }
