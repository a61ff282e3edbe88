"""The credentials file."""

from pathlib import Path

import pytest

from pressrun.cli.credentials import Credentials, read_credentials, write_credentials


def test_it_is_its_owners_alone_whatever_was_there(tmp_path: Path) -> None:
    """Mode 0600 also where a file with other rights was."""
    path = tmp_path / "credentials.json"
    path.write_text("{}")
    path.chmod(0o644)
    write_credentials(path, Credentials("http://127.0.0.1:1", "k"))
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_credentials(path) == Credentials("http://127.0.0.1:1", "k")
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff", b'{"url": 1}'])
def test_a_broken_file_tells_nothing(tmp_path: Path, content: bytes) -> None:
    """No file and no knowledge are treated alike."""
    path = tmp_path / "credentials.json"
    path.write_bytes(content)
    assert read_credentials(path) in {None, Credentials(None, None)}


def test_the_key_is_in_no_message() -> None:
    """A record that is printed in a trace keeps the secret."""
    assert "secret" not in repr(Credentials("http://127.0.0.1:1", "secret"))
