"""The organization everything belongs to."""

from pressrun.organizations import audit, keys
from pressrun.organizations.audit import Action, Actor
from pressrun.organizations.keys import Scope
from pressrun.store.store import Transaction

FIRST = "00000000-0000-7000-8000-000000000001"
"""The id of the organization that the first start creates."""


async def first_key(tx: Transaction) -> str | None:
    """On an empty database, create the first organization and its admin key; the key's token, or None if not empty."""
    if await tx.all("list_organizations"):
        return None
    await tx.run("add_organization", organization_id=FIRST, name="default")
    key, token = await keys.create(tx, FIRST, "admin", [Scope.ADMIN])
    await audit.record(tx, Actor(FIRST), Action.KEY_CREATED, key.id, name=key.name, scopes=[Scope.ADMIN])
    return token


async def name_of(tx: Transaction, organization_id: str) -> str:
    """What an organization is called."""
    row = await tx.one("find_organization", organization_id=organization_id)
    assert row is not None  # whoever asks belongs to it
    return str(row["name"])


async def has_admin_key(tx: Transaction) -> bool:
    """Whether some organization has an admin key that works."""
    organizations = await tx.all("list_organizations")
    return any([await keys.admin_key_ids(tx, organization["id"]) for organization in organizations])
