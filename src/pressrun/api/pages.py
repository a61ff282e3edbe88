"""The two shapes of a page: by cursor for agents, by offset for jobs."""

from pressrun.errors import Code, PressrunError, Problem

DEFAULT_JOBS = 100
"""Large, because Writer's JavaScript client stops after the first page that starts at offset 0."""

MOST_JOBS = 1000
LARGEST = 2**63 - 1


def number(name: str, text: str | None, default: int) -> int:
    """A whole number from a query, clamped to 64 bits; raises PressrunError (invalid)."""
    if text is None or not text.strip():
        return default
    try:
        value = int(text)
    except ValueError:
        raise PressrunError(
            Code.INVALID, Problem(f"{name} must be a whole number, not {text[:50]!r}", {"field": name})
        ) from None
    return max(-LARGEST, min(LARGEST, value))


def offset_and_limit(offset: str | None, limit: str | None) -> tuple[int, int]:
    """The effective ones: a negative offset is 0, a limit of nothing is the default."""
    wanted = number("limit", limit, DEFAULT_JOBS)
    return max(0, number("offset", offset, 0)), DEFAULT_JOBS if wanted <= 0 else min(wanted, MOST_JOBS)
