"""Which of the compressed forms of a file a client takes."""

from collections.abc import Collection


def chosen(accept_encoding: str, available: Collection[str]) -> str | None:
    """The first of `available` that an `Accept-Encoding` allows; None for the file as it is."""
    weights: dict[str, float] = {}
    for part in accept_encoding.lower().split(","):
        name, _, parameters = part.partition(";")
        weights[name.strip()] = _weight(parameters)
    return next((name for name in available if weights.get(name, weights.get("*", 0.0)) > 0), None)


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
