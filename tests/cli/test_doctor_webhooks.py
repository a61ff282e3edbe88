"""What `pressrun doctor` says about webhooks, on both databases."""

import asyncio

from tests.cli.conftest import Pressrun
from tests.cli.test_doctor_store import checks
from tests.raw_sql import execute

WEBHOOK = """INSERT INTO webhooks (id, organization_id, agent_id, name, url, events, batch_rows, state, failing_since,
    created_at, updated_at) VALUES ('w', 'o', '', 'shop', 'https://example.com', 'job.failed', 0, 'enabled', 1, 1, 1)"""
END = """INSERT INTO outbox (id, organization_id, job_id, batch_id, event, payload, created_at)
    VALUES ('e', 'o', 'j', '', 'job.failed', '{}', 1)"""


def test_endpoints_that_take_nothing_and_ends_that_nobody_tells(alone: Pressrun, database_url: str) -> None:
    """With what to do."""
    assert alone("migrate", "--database-url", database_url).exit_code == 0
    assert checks(alone, "--database-url", database_url)["webhooks"]["detail"] == "none"
    asyncio.run(
        execute(
            database_url, WEBHOOK, END.replace("'{}'", "CAST('{}' AS blob)" if "sqlite" in database_url else "'{}'")
        )
    )
    found = checks(alone, "--database-url", database_url)
    assert found["webhook"]["detail"].startswith("w (shop) has taken nothing for ")
    assert found["webhook"]["fix"] == "`pressrun webhooks deliveries --webhook w` tells why"
    assert (found["webhooks"]["state"], "has waited" in found["webhooks"]["detail"]) == ("warn", True)
