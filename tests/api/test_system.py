"""The state of the server over HTTP."""

from pathlib import Path

from pressrun.store.migrate import migrations
from tests.api.client import Client
from tests.api.server import Server


async def test_it_tells_what_runs_and_what_the_doctor_finds(
    server: Server, client: Client, worker: None, dialect: str, tmp_path: Path
) -> None:
    (tmp_path / "credentials.json").write_text("{}")
    (tmp_path / "credentials.json").chmod(0o644)
    told = (await client.get("/v1/system")).ok()
    assert told["version"].startswith("0.")
    assert told["store"]["kind"] == dialect
    assert told["store"]["schema_version"] == migrations("sqlite")[-1].version
    assert told["store"]["size_bytes"] > 10_000
    assert [(one["id"], one["concurrency"]) for one in told["workers"]] == [("w", 10)]
    checks = {check["name"]: check for check in told["checks"]}
    assert {"Python", "SQLite", "database", "clock", "epoch", "backup", "retention"} <= checks.keys()
    assert checks["database"]["state"] == "ok"
    assert (checks["credentials"]["state"], checks["credentials"]["fix"][:9]) == ("fail", "chmod 600")
    assert told["ok"] is False


async def test_readiness_tells_what_a_power_cut_may_take(client: Client, dialect: str) -> None:
    """The PostgreSQL of these tests is set to be quick, not to keep anything."""
    told = (await client.get("/readyz")).ok()
    expected = {"sqlite": "ok", "postgres": "at risk: fsync, full_page_writes, synchronous_commit off"}
    assert told["durability"] == expected[dialect]
