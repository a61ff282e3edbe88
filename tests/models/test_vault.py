"""Keys at rest: they come back for whom they were sealed, and for nobody else."""

import base64
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressrun.errors import Code, PressrunError
from pressrun.models.vault import Vault, load_key, read_key

VAULT = Vault(bytes(range(32)))


@given(st.text(st.characters(codec="utf-8")), st.text(), st.text())
def test_round_trip(secret: str, organization_id: str, model: str) -> None:
    sealed = VAULT.seal(secret, organization_id, model)
    assert VAULT.unseal(sealed, organization_id, model) == secret


def test_what_is_sealed_shows_nothing_and_never_repeats() -> None:
    one, other = VAULT.seal("sk-CANARY", "org", "m"), VAULT.seal("sk-CANARY", "org", "m")
    assert one != other
    assert b"CANARY" not in one
    assert "key" not in repr(VAULT)


@given(st.integers(0), st.integers(1, 255))
def test_any_changed_byte_is_noticed(position: int, change: int) -> None:
    sealed = bytearray(VAULT.seal("secret", "org", "m"))
    sealed[position % len(sealed)] ^= change
    with pytest.raises(PressrunError, match="API key of model 'm' cannot be read"):
        VAULT.unseal(bytes(sealed), "org", "m")


@given(st.integers(0, 38))
def test_any_missing_end_is_noticed(length: int) -> None:
    with pytest.raises(PressrunError, match="cannot be read"):
        VAULT.unseal(VAULT.seal("secret", "org", "m")[:length], "org", "m")


@pytest.mark.parametrize(("organization_id", "model"), [("other", "m"), ("org", "n"), ("orgm", ""), ('org", "', "m")])
def test_a_key_opens_only_where_it_was_sealed(organization_id: str, model: str) -> None:
    with pytest.raises(PressrunError, match="changed since it was sealed"):
        VAULT.unseal(VAULT.seal("secret", "org", "m"), organization_id, model)


def test_another_master_key() -> None:
    with pytest.raises(PressrunError, match="sealed under another secret key") as caught:
        Vault(bytes(32)).unseal(VAULT.seal("secret", "org", "m"), "org", "m")
    assert caught.value.code == Code.INTERNAL


@pytest.mark.parametrize("key", [b"", bytes(31), bytes(33)])
def test_keys_of_a_wrong_length(key: bytes) -> None:
    with pytest.raises(PressrunError, match="32 bytes"):
        Vault(key)


def test_a_key_in_base64() -> None:
    assert read_key(f" {base64.b64encode(VAULT.key).decode()}\n") == VAULT.key


@pytest.mark.parametrize("text", ["", "short", "%%%", base64.b64encode(bytes(31)).decode(), "é"])
def test_what_is_no_key_in_base64(text: str) -> None:
    with pytest.raises(PressrunError, match="openssl rand"):
        read_key(text)


def test_a_key_file_is_made_once_and_private(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    with ThreadPoolExecutor(8) as threads:
        keys = set(threads.map(lambda _: load_key(path), range(32)))
    assert len(keys) == 1
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]
    assert load_key(path) in keys


def test_a_key_file_that_others_may_read(tmp_path: Path) -> None:
    load_key(path := tmp_path / "secret.key")
    path.chmod(0o640)
    with pytest.raises(PressrunError, match=f"chmod 600 {path}"):
        load_key(path)


@pytest.mark.parametrize("content", [b"", b"\xff", b"nonsense"])
def test_a_key_file_that_holds_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "secret.key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(PressrunError, match="does not hold a secret key"):
        load_key(path)
    assert path.read_bytes() == content
