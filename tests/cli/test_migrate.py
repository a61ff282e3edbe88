"""`pressrun migrate`."""

import json
from pathlib import Path

from pressrun.store.migrate import migrations
from pressrun.store.store import Dialect
from tests.cli.conftest import Pressrun


def test_steps_are_applied_once(alone: Pressrun, empty_database_url: str, dialect: Dialect) -> None:
    """And listed; afterwards there is nothing to do."""
    done = alone("migrate", "--database-url", empty_database_url)
    assert done.stdout.splitlines() == [f"applied {step.name}" for step in migrations(dialect)]
    assert alone("migrate", "--database-url", empty_database_url).stdout == "nothing to do\n"
    assert json.loads(alone("migrate", "--database-url", empty_database_url, "--json").stdout) == {"applied": []}


def test_a_database_that_cannot_be_opened_is_exit_code_1(alone: Pressrun, tmp_path: Path) -> None:
    """Whatever the reason."""
    (tmp_path / "text.db").write_text("no database at all, but long enough to be looked at" * 20)
    for url in (f"sqlite:///{tmp_path / 'text.db'}", "postgresql://u@127.0.0.1:1/x"):
        done = alone("migrate", "--database-url", url)
        assert done.exit_code == 1
        assert done.stderr.startswith("error: cannot open the database")
    assert alone("migrate", "--database-url", "mysql://x").exit_code == 2
