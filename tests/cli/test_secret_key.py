"""`pressrun secret-key` where it cannot do what is asked; what it does stands in tests/security/test_s18_secrets.py."""

import base64
from pathlib import Path

import pytest

from pressrun.models.key_file import load_keys
from pressrun.store.sqlite_migrate import migrate_sqlite
from tests.cli.conftest import Pressrun

KEY = base64.b64encode(bytes(32)).decode()


@pytest.fixture
def place(tmp_path: Path) -> list[str]:
    """The flags of a data folder with an empty database."""
    migrate_sqlite(tmp_path / "pressrun.db", apply=True)
    return ["--data-dir", str(tmp_path), "--database-url", f"sqlite:///{tmp_path / 'pressrun.db'}"]


@pytest.mark.parametrize("verb", ["rotate", "forget"])
def test_there_is_no_key_before_the_first_start(pressrun: Pressrun, place: list[str], verb: str) -> None:
    refused = pressrun("secret-key", verb, *place, "--yes")
    assert refused.exit_code == 1
    assert "made when the first server starts" in refused.stderr


@pytest.mark.parametrize("verb", ["rotate", "forget"])
def test_a_key_of_the_environment_is_changed_there(pressrun: Pressrun, place: list[str], verb: str) -> None:
    refused = pressrun("secret-key", verb, *place, "--yes", PRESSRUN_SECRET_KEY=KEY)
    assert refused.exit_code == 2
    assert "openssl rand -base64 32" in refused.stderr
    assert pressrun("secret-key", "reseal", *place, PRESSRUN_SECRET_KEY=f"{KEY} {KEY}").exit_code == 0


def test_former_keys_are_forgotten_only_after_a_yes(pressrun: Pressrun, place: list[str], tmp_path: Path) -> None:
    load_keys(tmp_path / "secret.key")
    assert pressrun("secret-key", "rotate", *place).exit_code == 0
    assert "say --yes" in pressrun("secret-key", "forget", *place).stderr
    assert len(load_keys(tmp_path / "secret.key")) == 2
    assert pressrun("secret-key", "forget", *place, "--yes").exit_code == 0
    assert len(load_keys(tmp_path / "secret.key")) == 1
    assert "nothing that cannot be opened" in pressrun("secret-key", "discard", *place).stdout
