"""What an operator does with a whole database stands in its audit log."""

from typing import Any

from pressrun.organizations import audit
from pressrun.organizations.audit import Action
from pressrun.store.open import open_store


async def note(database_url: str, action: Action, **data: Any) -> None:
    """Write a line into every organization's audit log; `data` is for all eyes. Raises PressrunError."""
    store = await open_store(database_url, migrate=False, hints=False, pool_size=1)
    try:
        await store.write(lambda tx: audit.record_everywhere(tx, action, **data))
    finally:
        await store.close()
