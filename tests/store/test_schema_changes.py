"""A newer Pressrun changes the schema under processes at work."""

from pressrun.store.store import Row, Store, Transaction
from tests.raw_sql import execute


async def find(tx: Transaction) -> Row | None:
    """Anything that selects every column of a table."""
    return await tx.one("find_agent", organization_id="o", reference="a")


async def test_a_plan_made_before_a_table_changed_is_made_again(store: Store, database_url: str) -> None:
    """PostgreSQL refuses a prepared statement whose result has another type now, and with it the transaction."""
    assert await store.write(find) is None
    assert await store.read(find) is None
    await execute(database_url, "ALTER TABLE agents ADD COLUMN of_a_later_release integer")
    assert await store.write(find) is None
    assert await store.read(find) is None
