"""`pressrun backup`, `restore` and `move`, as an operator uses them."""

import asyncio
import json
from pathlib import Path

from tests.cli.conftest import AGENT, Pressrun
from tests.live_server import LiveServer, live_server
from tests.mock_model import mock_model
from tests.raw_sql import fetch
from tests.worker.test_processes import create, deploy, unfinished, wait_for


def test_a_live_worker_writes_nothing_across_a_restore(alone: Pressrun, database_url: str, tmp_path: Path) -> None:
    """A server at work; its database goes back to a backup: it is started anew by itself, and the lost tail is told."""
    file = str(tmp_path / "backup")
    with (
        mock_model(lambda nonce, serial: 5.0 if nonce == "slow" and serial == 1 else 0.05) as mock,
        live_server(tmp_path / "server", database_url) as server,
    ):
        deploy(server, mock)
        kept = create(server, "kept")
        wait_for(lambda: unfinished(server) == 0, "the first job ended")
        slow = create(server, "slow")
        wait_for(lambda: "slow" in mock.in_flight, "the second runs")
        made = json.loads(alone("backup", file, "--database-url", database_url, "--json").stdout)
        assert made["rows"]["jobs"] == 2
        for number in range(20):
            create(server, f"lost-{number}")
        before = server.children()
        done = alone("restore", file, "--to", database_url, "--replace", "--yes", "--json")
        assert done.exit_code == 0, done.stderr
        told = json.loads(done.stdout)
        assert (told["lost_jobs"], told["freed_jobs"], told["made_at"]) == (20, 1, made["made_at"])
        wait_for(lambda: not set(before) & set(server.children()), "every process was replaced")
        wait_for(lambda: ready_again(server), "the server is ready")
        assert server.request("GET", f"/v1/applications/jobs/{slow}?wait=30")["status"] == "completed"
        assert server.request("GET", f"/v1/applications/jobs/{kept}")["status"] == "completed"
        assert unfinished(server) == 0
        assert server.log.read_text().count("store.restored") == 1
        again = create(server, "again")
        assert server.request("GET", f"/v1/applications/jobs/{again}?wait=30")["status"] == "completed"
    assert asyncio.run(fetch(database_url, "SELECT count(*) FROM jobs")) == [(3,)]
    assert asyncio.run(fetch(database_url, "SELECT count(*) FROM results")) == [(3,)]
    assert mock.calls["slow"] == 2
    assert audited(database_url) == ["database.restored"], "the backup's own line came after it"


def audited(database_url: str) -> list[str]:
    """What the audit log tells of the whole database."""
    rows = asyncio.run(fetch(database_url, "SELECT action FROM audit_log WHERE target = 'database' ORDER BY seq"))
    return [action for (action,) in rows]


def ready_again(server: LiveServer) -> bool:
    try:
        return bool(server.request("GET", "/readyz")["workers"] == "ok")
    except OSError:
        return False


def test_a_backup_is_not_written_over(alone: Pressrun, tmp_path: Path) -> None:
    """Unless that is said; and only where there is something to back up."""
    assert alone("backup", "b").exit_code == 1
    assert alone("migrate").exit_code == 0
    first = alone("backup", "b")
    assert first.exit_code == 0, first.stderr
    assert "0 jobs" in first.stdout
    again = alone("backup", "b")
    assert again.exit_code == 1
    assert "--replace" in again.stderr
    assert alone("backup", "b", "--replace").exit_code == 0
    assert alone("backup", "nowhere/b").exit_code == 1
    assert not (tmp_path / "b.part").exists()


def test_uploaded_files_go_beside_a_backup_and_come_back(alone: Pressrun, tmp_path: Path) -> None:
    """Said loudly where they do not; what is there already is not copied again; what is missing is told."""
    there = f"sqlite:///{tmp_path / 'data' / 'pressrun.db'}"
    (tmp_path / "notes.txt").write_text("Some words to keep")
    with live_server(tmp_path / "data", there) as server:
        own = {"PRESSRUN_URL": server.url, "PRESSRUN_API_KEY": server.api_key}
        assert alone("files", "upload", "notes.txt", "--wait", **own).exit_code == 0
        bare = alone("backup", "bare")
        assert "1 uploaded files are NOT in it" in bare.stderr
        made = json.loads(alone("backup", "b", "--files", "kept", "--json").stdout)
        assert made["files"] == {"copied": 2, "there": 0, "missing": 0}
        again = json.loads(alone("backup", "b", "--replace", "--files", "kept", "--json").stdout)
        assert again["files"] == {"copied": 0, "there": 2, "missing": 0}
    assert audited(there) == ["database.backed_up"] * 3
    elsewhere = {"PRESSRUN_DATA_DIR": str(tmp_path / "elsewhere")}
    lost = alone("restore", "b", **elsewhere)
    assert (lost.exit_code, "2 uploaded files and texts are missing" in lost.stderr) == (0, True)
    back = alone("restore", "b", "--replace", "--yes", "--files", "kept", "--json", **elsewhere)
    assert json.loads(back.stdout)["files"] == {"copied": 2, "there": 0, "missing": 0}
    kept = [path.read_text() for path in (tmp_path / "elsewhere" / "files").rglob("*") if path.is_file()]
    assert "Some words to keep" in kept


def test_a_restore_asks_before_it_replaces(alone: Pressrun, tmp_path: Path) -> None:
    """An empty database needs no question."""
    with live_server(tmp_path / "data", f"sqlite:///{tmp_path / 'data' / 'pressrun.db'}"):
        assert alone("backup", "b").exit_code == 0
    refused = alone("restore", "b")
    assert refused.exit_code == 1
    assert "--replace" in refused.stderr
    nobody = alone("restore", "b", "--replace")
    assert nobody.exit_code == 2
    assert "--yes" in nobody.stderr
    done = alone("restore", "b", "--replace", "--yes")
    assert done.exit_code == 0, done.stderr
    assert done.stdout.startswith("Restored the state of ")
    other = alone("restore", "b", "--to", f"sqlite:///{tmp_path / 'new' / 'x.db'}")
    assert other.exit_code == 0, other.stderr
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["x.db"]
    assert alone("restore", "gone").exit_code == 1


def test_a_move_is_refused_while_a_server_runs(server: LiveServer, alone: Pressrun, tmp_path: Path) -> None:
    """With the way out."""
    target = f"sqlite:///{tmp_path / 'new.db'}"
    done = alone("move", "--to", target, "--database-url", server.database_url)
    assert done.exit_code == 1
    assert "stop `pressrun serve`" in done.stderr
    assert alone("move").exit_code == 2
    assert alone("move", "--to", target, "--undo").exit_code == 2


def test_a_server_goes_on_where_its_data_was_moved_to(alone: Pressrun, tmp_path: Path, database_url: str) -> None:
    """Agents, jobs, keys and results are there; the old database sends whoever starts on it to the new one."""
    old = f"sqlite:///{tmp_path / 'data' / 'pressrun.db'}"
    if database_url.startswith("sqlite"):
        database_url = f"sqlite:///{tmp_path / 'new.db'}"
    with live_server(tmp_path / "data", old) as server:
        applied = alone("agents", "apply", "-", "--deploy", typed=AGENT.format(alias="echo"), PRESSRUN_URL=server.url)
        assert applied.exit_code == 0, applied.stderr
        job_id = alone("run", "echo", "Topic=hello", "--async").stdout.strip()
        assert alone("jobs", "watch", job_id).stdout == "hello\n"
    moved = alone("move", "--to", database_url, "--json")
    assert moved.exit_code == 0, moved.stderr
    assert json.loads(moved.stdout)["tables"]["jobs"]["rows"] == 1
    assert (audited(database_url), audited(old)) == (["database.moved"], [])
    refused = alone("serve", "--port", "0")
    assert refused.exit_code == 1
    assert f"was moved to {database_url}" in refused.stderr
    with live_server(tmp_path / "data", database_url) as server:
        assert server.request("GET", f"/v1/applications/jobs/{job_id}")["data"]["suggestion"] == "hello"
        assert alone("run", "echo", "Topic=again").stdout == "again\n"
    undone = alone("move", "--undo")
    assert undone.exit_code == 0
    with live_server(tmp_path / "data", old) as server:
        assert server.request("GET", f"/v1/applications/jobs/{job_id}")["status"] == "completed"
