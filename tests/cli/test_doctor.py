"""`pressrun doctor`."""

import asyncio
import json
import socket
from pathlib import Path
from typing import Any

import asyncpg

from pressrun.cli.credentials import Credentials, write_credentials
from pressrun.store.migrate import migrations
from tests.cli.conftest import Pressrun
from tests.live_server import LiveServer


def checks(printed: str) -> dict[str, dict[str, Any]]:
    return {check["name"]: check for check in json.loads(printed)["checks"]}


def test_a_running_server_is_healthy(pressrun: Pressrun) -> None:
    """Every line is ok, but one where this machine makes no namespaces."""
    done = pressrun("doctor")
    assert done.exit_code == 0, done.stdout
    assert {line.split()[0] for line in done.stdout.splitlines() if "file readers" not in line} == {"ok"}
    found = checks(pressrun("doctor", "--json").stdout)
    assert found["database"]["detail"] == f"sqlite, schema {migrations('sqlite')[-1].version}"
    assert {"server", "key", "SQLite", "Python", "embedded model"} <= set(found)


def test_a_new_machine_is_told_what_comes_next(alone: Pressrun) -> None:
    """Nothing is wrong, nothing is there, and nothing is made by looking."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    done = alone("doctor", "--json", PRESSRUN_PORT=str(port))
    assert done.exit_code == 0
    found = checks(done.stdout)
    assert {name for name, check in found.items() if check["state"] == "warn"} - {"file readers"} == {
        "data folder", "database", "credentials", "server",
    }  # fmt: skip
    assert "pressrun serve" in found["database"]["fix"]
    assert not Path("data").exists()


def test_open_files_and_a_taken_port_are_found(alone: Pressrun) -> None:
    """Each with the command that mends it."""
    folder = Path("data").absolute()
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        write_credentials(folder / "credentials.json", Credentials("http://127.0.0.1:1", "k"))
        (folder / "credentials.json").chmod(0o644)
        done = alone("doctor", "--json", PRESSRUN_PORT=str(port))
    found = checks(done.stdout)
    assert done.exit_code == 1
    assert (found["data folder"]["state"], found["data folder"]["fix"]) == ("warn", f"chmod 700 {folder}")
    assert (found["credentials"]["state"], found["credentials"]["fix"][:9]) == ("fail", "chmod 600")
    assert found["port"]["state"] == "fail"
    assert "--port" in found["port"]["detail"]


def test_a_key_that_the_server_does_not_know_is_found(alone: Pressrun, server: LiveServer) -> None:
    """The server is well, the key is not."""
    done = alone("doctor", "--json", PRESSRUN_URL=server.url, PRESSRUN_API_KEY="wrong")
    assert done.exit_code == 1
    assert checks(done.stdout)["server"]["state"] == "ok"
    assert checks(done.stdout)["key"]["state"] == "fail"


def test_a_database_without_its_schema_is_found(alone: Pressrun, tmp_path: Path) -> None:
    """With the command that brings it up to date."""
    (tmp_path / "empty.db").touch()
    done = alone("doctor", "--json", "--database-url", f"sqlite:///{tmp_path / 'empty.db'}")
    assert done.exit_code == 1
    assert "pressrun migrate" in checks(done.stdout)["database"]["detail"]


async def test_postgres_must_keep_what_it_acknowledges(alone: Pressrun, postgres_url: str) -> None:
    """A database that may lose commits in a power cut is no place for jobs."""
    admin = await asyncpg.connect(postgres_url)
    await admin.execute("CREATE DATABASE unsafe")
    url = postgres_url.rpartition("/")[0] + "/unsafe"
    try:
        assert (await asyncio.to_thread(alone, "migrate", "--database-url", url)).exit_code == 0
        await admin.execute("ALTER DATABASE unsafe SET synchronous_commit = on")
        before = checks((await asyncio.to_thread(alone, "doctor", "--json", "--database-url", url)).stdout)
        await admin.execute("ALTER DATABASE unsafe SET synchronous_commit = off")
        after = checks((await asyncio.to_thread(alone, "doctor", "--json", "--database-url", url)).stdout)
    finally:
        await admin.execute("DROP DATABASE unsafe WITH (FORCE)")
        await admin.close()
    assert before["synchronous_commit"]["state"] == "ok"
    assert after["synchronous_commit"]["state"] == "fail"
    assert "ALTER SYSTEM" in after["synchronous_commit"]["fix"]
