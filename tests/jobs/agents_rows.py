"""Agents as jobs see them: a row with a deployed version."""

from pressrun.store.store import Store


async def add_agent(
    store: Store, organization_id: str, agent_id: str, *, concurrency: int | None = None, models: str = "[]"
) -> None:
    """An agent with version 1 deployed."""
    await store.write(
        lambda tx: tx.run(
            "scratch_agent",
            agent_id=agent_id,
            organization_id=organization_id,
            draft=b"{}",
            concurrency=concurrency,
            models=models,
        )
    )
