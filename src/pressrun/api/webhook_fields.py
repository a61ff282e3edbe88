"""What requests say about webhooks, checked."""

from typing import Any

from starlette.requests import Request

from pressrun.api.json_body import Fields
from pressrun.api.state import system_of
from pressrun.errors import PressrunError
from pressrun.outgoing.address import read_networks
from pressrun.outgoing.target import Rules, check_url
from pressrun.settings import Settings
from pressrun.webhooks.endpoint import Event


def rules_of(settings: Settings) -> Rules:
    """Where webhooks may go."""
    return Rules(settings.webhook_ports, read_networks(settings.webhook_private_networks))


def webhook_url_of(request: Request, fields: Fields, name: str = "webhook_url") -> str | None:
    """A URL to tell an end to, as it is requested; a fault of `fields` when it is none that may be."""
    text: str | None = fields.take(name, str, "a string")
    if text is None:
        return None
    try:
        return check_url(text, rules_of(system_of(request).settings), name)
    except PressrunError as error:
        fields.fault(name, str(error))
        return None


def events_of(fields: Fields, default: frozenset[Event]) -> frozenset[Event]:
    """Names of events."""
    words: list[Any] | None = fields.take("events", list, "a list of strings")
    if words is None:
        return default
    known = {event.value for event in Event}
    for word in words:
        if not isinstance(word, str) or word not in known:
            fields.fault("events", f"events has {str(word)[:50]!r}; known: {', '.join(sorted(known))}")
    return frozenset(Event(word) for word in words if isinstance(word, str) and word in known)
