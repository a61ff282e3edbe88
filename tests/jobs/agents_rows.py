"""Agents as jobs see them: an id and a deployed version."""

from pressrun.store.store import Store, Transaction


async def add_agent(
    store: Store, organization_id: str, agent_id: str, *, concurrency: int | None = None, models: str = "[]"
) -> None:
    """An agent with version 1 deployed."""

    async def work(tx: Transaction) -> None:
        who = {"organization_id": organization_id, "agent_id": agent_id}
        await tx.one("add_agent", **who, alias=None, name=agent_id, draft=b"{}", draft_digest="", saved_by="")
        await tx.one("deploy_agent", **who, concurrency=concurrency, models=models, draft_digest="", last_version=0)

    await store.write(work)
