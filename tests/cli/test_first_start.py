"""The first start: its key, and where it is kept."""

from pathlib import Path

import pytest

from pressrun.cli.credentials import Credentials, read_credentials, write_credentials
from pressrun.cli.first_start import keep_credentials
from pressrun.organizations import keys
from pressrun.organizations.keys import Scope
from pressrun.store.store import Store

URL = "http://127.0.0.1:1"


async def test_the_first_start_makes_a_key_that_works(store: Store, tmp_path: Path) -> None:
    """Later ones keep it, and follow the address."""
    path = tmp_path / "credentials.json"
    token = await keep_credentials(store, path, URL)
    assert token is not None
    assert read_credentials(path) == Credentials(URL, token)
    found = await store.read(lambda tx: keys.find_by_token(tx, token))
    assert found is not None
    assert found.allows(Scope.ADMIN)
    assert await keep_credentials(store, path, "http://127.0.0.1:2") is None
    assert read_credentials(path) == Credentials("http://127.0.0.1:2", token)


async def test_the_key_of_another_database_is_set_aside(store: Store, tmp_path: Path) -> None:
    """Nobody loses the only key to a database by starting on another."""
    path = tmp_path / "credentials.json"
    write_credentials(path, Credentials("http://127.0.0.1:9", "other"))
    token = await keep_credentials(store, path, URL)
    assert read_credentials(path) == Credentials(URL, token)
    assert read_credentials(tmp_path / "credentials.1.json") == Credentials("http://127.0.0.1:9", "other")


async def test_a_database_with_keys_and_no_file_tells_the_address(store: Store, tmp_path: Path) -> None:
    """The key is somewhere else, and stays secret."""
    await keep_credentials(store, tmp_path / "credentials.json", URL)
    assert await keep_credentials(store, tmp_path / "other.json", URL) is None
    assert read_credentials(tmp_path / "other.json") == Credentials(URL, None)


async def test_a_key_that_cannot_be_kept_is_not_made(store: Store, tmp_path: Path) -> None:
    """The next start makes one after all."""
    with pytest.raises(OSError, match="No such file"):
        await keep_credentials(store, tmp_path / "missing" / "credentials.json", URL)
    assert await keep_credentials(store, tmp_path / "credentials.json", URL) is not None
