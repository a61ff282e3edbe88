"""Whether a commit survives a power cut: what is set in the database decides."""

from pressrun.store.store import Transaction


async def unsafe(tx: Transaction) -> list[str]:
    """The settings without which an acknowledged commit may be lost, and which are off."""
    return [str(row["name"]) for row in await tx.all("list_durability_settings") if row["setting"] == "off"]
