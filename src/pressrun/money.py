"""Money: whole nano-dollars inside, so that sums are exact; US dollars on the wire and for people."""

from decimal import Decimal

CURRENCY = "USD"
NANO = 10**9
"""Nano-dollars in a dollar."""

Nano = int
"""An amount of money, or a price for a million tokens, in nano-dollars."""

LONGEST = 30
"""Digits that an amount in nano-dollars may have."""

MOST: Nano = 10**15
"""A million dollars: more than one price or limit can sensibly be."""


def dollars(nano: Nano | None) -> float | None:
    """The amount as a JSON number: exact to the nano-dollar up to a million dollars. None stays None: unknown."""
    return None if nano is None else nano / NANO


def nano_dollars(amount: str | float | Decimal) -> Nano:
    """Dollars as nano-dollars, as they are written: 0.1 is a tenth. Raises ValueError for what is no such amount."""
    try:
        exact = Decimal(str(amount)) * NANO
    except ArithmeticError:
        exact = Decimal("nan")
    if not exact.is_finite() or exact.adjusted() > LONGEST:  # int() of 1e999999999 would not come back
        raise ValueError(f"{amount!r} is not an amount of dollars")
    nano = int(exact.to_integral_value())
    if exact != nano:
        raise ValueError(f"{amount!r} has more than nine digits after the point")
    return nano


def shown(nano: Nano | None, unknown: str = "unknown") -> str:
    """The amount for people: cents at least, as many digits as it takes otherwise."""
    if nano is None:
        return unknown
    whole, part = divmod(abs(nano), NANO)
    digits = f"{part:09d}".rstrip("0").ljust(2, "0")
    return f"{'-' if nano < 0 else ''}${whole:,}.{digits}"
