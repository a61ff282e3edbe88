"""Two organizations, so that one can reach for what is the other's."""

import pytest

from pressrun.store.store import Store


@pytest.fixture
async def organizations(store: Store) -> None:
    """`ours` and `theirs`."""
    for name in ("ours", "theirs"):
        await store.write(lambda tx, name=name: tx.run("add_organization", organization_id=name, name=name))  # type: ignore[misc]
