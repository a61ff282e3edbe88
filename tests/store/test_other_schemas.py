"""A database of a newer Pressrun, or one whose steps were edited: refused with words, and left as it is."""

import pytest

from pressrun.errors import Code, PressrunError
from pressrun.store.open import open_store
from tests.raw_sql import execute, fetch

STEPS = "SELECT version, name, checksum FROM schema_migrations ORDER BY version"
LATER = "INSERT INTO schema_migrations (version, name, checksum, applied_at) VALUES (9999, '9999_later.sql', 'x', 0)"
FIRST_UNDONE = "UPDATE schema_migrations SET checksum = 'edited' WHERE version = 1"
LAST_UNDONE = "DELETE FROM schema_migrations WHERE version = 2"


@pytest.mark.parametrize(
    ("found", "why"),
    [
        ([LATER], "used by a newer Pressrun"),
        ([LATER, LAST_UNDONE], "used by a newer Pressrun"),
        ([FIRST_UNDONE], "differs from the one this database was built with"),
        ([FIRST_UNDONE, LAST_UNDONE], "differs from the one this database was built with"),
    ],
    ids=["newer", "newer-and-a-step-missing", "edited", "edited-and-a-step-missing"],
)
@pytest.mark.parametrize("migrate", [True, False])
async def test_a_database_that_is_not_ours_is_refused(
    database_url: str, found: list[str], why: str, *, migrate: bool
) -> None:
    """Whoever opens it: a server that would bring it up to date, and a process that would not."""
    await execute(database_url, *found)
    steps = await fetch(database_url, STEPS)
    with pytest.raises(PressrunError, match=why) as refused:
        await open_store(database_url, migrate=migrate)
    assert refused.value.code == Code.CONFLICT
    assert await fetch(database_url, STEPS) == steps, "nothing was applied to it"
