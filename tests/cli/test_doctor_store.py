"""What `pressrun doctor` says about the store."""

import asyncio
import json
from pathlib import Path
from typing import Any

from tests.cli.conftest import Pressrun
from tests.live_server import LiveServer
from tests.raw_sql import execute
from tests.store.small_disk import fill, small_disk


def checks(alone: Pressrun, *arguments: str, **environment: str) -> dict[str, dict[str, Any]]:
    done = alone("doctor", "--json", *arguments, **environment)
    return {check["name"]: check for check in json.loads(done.stdout)["checks"]}


def test_it_tells_of_clock_epoch_backup_and_retention(alone: Pressrun, database_url: str, tmp_path: Path) -> None:
    """On both databases."""
    assert alone("migrate", "--database-url", database_url).exit_code == 0
    found = checks(alone, "--database-url", database_url)
    assert {found[name]["state"] for name in ("clock", "epoch", "backup", "retention")} == {"ok"}
    assert found["backup"]["detail"] == "none yet"
    assert alone("backup", str(tmp_path / "b"), "--database-url", database_url).exit_code == 0
    found = checks(alone, "--database-url", database_url, PRESSRUN_KEEP_JOBS_DAYS="0")
    assert found["backup"]["detail"] == f"0.0 days old: {tmp_path / 'b'}"
    assert found["retention"]["state"] == "warn"
    week = 8 * 86_400 * 1_000_000
    asyncio.run(execute(database_url, f"UPDATE store_facts SET noted_at = noted_at - {week}"))  # noqa: S608
    found = checks(alone, "--database-url", database_url)
    assert (found["backup"]["state"], found["backup"]["detail"][:3]) == ("warn", "8.0")
    done = alone("restore", str(tmp_path / "b"), "--to", database_url, "--replace", "--yes")
    assert done.exit_code == 0, done.stderr
    assert "from a backup of 20" in checks(alone, "--database-url", database_url)["epoch"]["detail"]


def test_a_clock_that_is_apart_can_be_set(alone: Pressrun) -> None:
    """With everything stopped; the next start takes the machine's time."""
    assert alone("migrate").exit_code == 0
    assert alone("backup", "b").exit_code == 0  # opens the store, which sets the anchor
    assert checks(alone)["clock"]["detail"] == "0.0 s from this machine's"
    url = f"sqlite:///{Path('data/pressrun.db').absolute()}"
    change = "value = json_set(value, '$.wall', json_extract(value, '$.wall') - 7200000000)"
    asyncio.run(execute(url, f"UPDATE store_facts SET {change} WHERE name = 'clock'"))  # noqa: S608
    clock = checks(alone)["clock"]
    assert (clock["state"], clock["detail"][:20]) == ("warn", "7,200 s behind this ")
    assert "--set-clock" in clock["fix"]
    assert alone("migrate", "--set-clock").exit_code == 0
    assert alone("backup", "b", "--replace").exit_code == 0
    assert checks(alone)["clock"]["state"] == "ok"
    assert alone("migrate", "--set-clock", "--database-url", "postgresql://u@127.0.0.1:1/x").exit_code == 1


def test_a_clock_in_use_is_not_set(alone: Pressrun, server: LiveServer) -> None:
    """Leases count by it."""
    done = alone("migrate", "--set-clock", "--database-url", server.database_url)
    assert done.exit_code == 1
    assert "stop `pressrun serve`" in done.stderr


def test_a_disk_without_room_is_found(alone: Pressrun) -> None:
    """With the reserve that is gone."""
    with small_disk(48) as disk:
        url = f"sqlite:///{disk / 'pressrun.db'}"
        assert alone("migrate", "--database-url", url).exit_code == 0
        found = checks(alone, "--database-url", url)
        assert (found["disk"]["state"], found["reserve"]["state"]) == ("warn", "warn")
        fill(disk)
        assert checks(alone, "--database-url", url)["disk"]["state"] == "fail"


def test_a_moved_database_is_found(alone: Pressrun, tmp_path: Path) -> None:
    """With the address of the new one."""
    assert alone("migrate").exit_code == 0
    assert alone("move", "--to", f"sqlite:///{tmp_path / 'new.db'}").exit_code == 0
    found = checks(alone)
    assert found["moved"]["state"] == "fail"
    assert "new.db" in found["moved"]["detail"]
