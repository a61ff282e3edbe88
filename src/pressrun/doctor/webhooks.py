"""What is found out about webhooks: endpoints that take nothing, ends that nobody tells."""

import asyncio
from collections.abc import Iterator

from pressrun.doctor.finding import Finding
from pressrun.settings import Settings
from pressrun.store.looking import ask
from pressrun.store.store import Transaction
from pressrun.webhooks.figures import Unwell, WebhookFigures, figures, unwell

LONG_US = 3_600_000_000
"""For how long an endpoint may take nothing before its owner should look at it."""

LAG_S = 60.0
MOST_SHOWN = 10


def findings(settings: Settings) -> Iterator[Finding]:
    """One line for each endpoint that is not well, one for the sending as a whole."""
    seen, sick = asyncio.run(ask(settings.store_url, _look))
    for one in sick[:MOST_SHOWN]:
        yield _endpoint(one)
    if seen.outbox_s > LAG_S:
        detail = f"the oldest end has waited {seen.outbox_s:,.0f} s to be told"
        yield Finding(
            "webhooks", "warn", detail, "start `pressrun serve`; if it runs, see its log for webhooks.troubled"
        )
    else:
        total, left = sum(seen.endpoints.values()), max(0, len(sick) - MOST_SHOWN)
        more = f", {left} more are not well" if left else ""
        yield Finding("webhooks", "ok", f"{total} known{more}" if total else "none")


async def _look(tx: Transaction) -> tuple[WebhookFigures, list[Unwell]]:
    return await figures(tx), await unwell(tx, LONG_US)


def _endpoint(one: Unwell) -> Finding:
    name = f"{one.id} ({one.name})" if one.name else one.id
    if one.disabled_reason is not None:
        detail, fix = f"{name} is disabled: {one.disabled_reason}", f"`pressrun webhooks enable {one.id}`"
    else:
        detail = f"{name} has taken nothing for {one.failing_s / 3600:,.1f} hours; after five days it is disabled"
        fix = f"`pressrun webhooks deliveries --webhook {one.id}` tells why"
    return Finding("webhook", "warn", detail, fix)
