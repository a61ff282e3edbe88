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
    return max(0, number("offset", offset, 0)), size_of(limit, DEFAULT_JOBS, MOST_JOBS)


def size_of(limit: str | None, default: int, most: int) -> int:
    """How long a page is: the default where nothing, or less than one, is asked for; raises PressrunError (invalid)."""
    wanted = number("limit", limit, default)
    return default if wanted <= 0 else min(wanted, most)


def storable(name: str) -> str:
    """An id or a name as a database can look it up: PostgreSQL refuses NUL in text, and no id holds one."""
    return name.replace("\x00", "")
