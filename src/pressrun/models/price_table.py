"""Prices of well-known providers, from the table of the installed `genai-prices`: nothing is ever fetched."""

import ipaddress
from datetime import UTC, datetime
from urllib.parse import urlsplit

from pressrun.models.prices import Price, Rate, Terms
from pressrun.money import nano_dollars

UNKNOWN = Terms()


def is_public(base_url: str) -> bool:
    """Whether an address may be one of a well-known provider; a server of one's own network is none."""
    host = urlsplit(base_url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host


def listed(base_url: str, model_id: str, now: datetime | None = None) -> Terms:
    """What the table says of a model now, by the address it is asked at; loads the table at the first call (0.7 s).

    Nothing is known of models behind other addresses: a gateway may charge what it likes.
    """
    if not is_public(base_url):
        return UNKNOWN
    # Here, as it is a megabyte of Python that most processes never need.
    from genai_prices.data_snapshot import get_snapshot  # noqa: PLC0415
    from genai_prices.types import TieredPrices  # noqa: PLC0415

    try:
        _, model = get_snapshot().find_provider_model(model_id, None, None, base_url)
    except LookupError:
        return UNKNOWN
    prices = model.get_prices(now or datetime.now(tz=UTC))

    def rate(name: str) -> Rate | None:
        value = getattr(prices, name, None)
        if value is None:
            return None
        if isinstance(value, TieredPrices):
            return Rate(nano_dollars(value.base), tuple((tier.start, nano_dollars(tier.price)) for tier in value.tiers))
        return Rate(nano_dollars(value))

    input_rate, output_rate = rate("input_mtok"), rate("output_mtok")
    if input_rate is None or output_rate is None:
        return Terms(None, model.context_window)
    return Terms(Price(input_rate, output_rate, rate("cache_read_mtok") or input_rate), model.context_window)
