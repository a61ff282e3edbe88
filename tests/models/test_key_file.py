"""The file of the master keys: made once, private, never half written."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pressrun.errors import PressrunError
from pressrun.models.key_file import load_keys, replace_keys


def test_a_key_file_is_made_once_and_private(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    with ThreadPoolExecutor(8) as threads:
        keys = set(threads.map(lambda _: load_keys(path), range(32)))
    assert len(keys) == 1
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]
    assert load_keys(path) in keys


def test_a_key_file_that_others_may_read(tmp_path: Path) -> None:
    load_keys(path := tmp_path / "secret.key")
    path.chmod(0o640)
    with pytest.raises(PressrunError, match=f"chmod 600 {path}"):
        load_keys(path)


@pytest.mark.parametrize("content", [b"", b"\xff", b"nonsense"])
def test_a_key_file_that_holds_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "secret.key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(PressrunError, match="does not hold a secret key"):
        load_keys(path)
    assert path.read_bytes() == content


def test_other_keys_take_the_place_of_those_that_were_there(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    (first,) = load_keys(path)
    replace_keys(path, [bytes(32), first])
    assert load_keys(path) == (bytes(32), first)
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]
