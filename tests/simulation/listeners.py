"""Somebody who listens: without one nothing is written to the outbox, and nothing could be found missing."""

from pressrun.store.store import Transaction


async def add_organization(tx: Transaction, organization_id: str) -> None:
    """An organization, and an endpoint that wants to hear of every end in it."""
    await tx.run("add_organization", organization_id=organization_id, name=organization_id)
    await tx.run(
        "add_webhook",
        webhook_id=f"hook of {organization_id}",
        organization_id=organization_id,
        agent_id="",
        name="",
        url="http://127.0.0.1/",
        events="job.completed job.failed job.cancelled",
        batch_rows=1,
        lifetime_us=None,
    )
