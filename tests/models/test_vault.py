"""Keys at rest: they come back for whom they were sealed, and for nobody else."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressrun.errors import Code, PressrunError
from pressrun.models.vault import Vault, read_keys, write_keys

KEY = bytes(range(32))
VAULT = Vault(KEY)


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
    assert read_keys(f" {base64.b64encode(KEY).decode()}\n") == (KEY,)


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1))
def test_several_keys_in_base64(keys: list[bytes]) -> None:
    assert read_keys(write_keys(keys)) == tuple(keys)


def test_what_a_former_key_sealed_opens_and_what_is_sealed_now_is_under_the_first() -> None:
    sealed = VAULT.seal("secret", "org", "m")
    later = Vault(bytes(32), KEY)
    assert later.unseal(sealed, "org", "m") == "secret"
    assert later.opens(sealed)
    assert not later.is_current(sealed)
    anew = later.seal("secret", "org", "m")
    assert later.is_current(anew)
    assert not VAULT.opens(anew)


def test_a_vault_takes_the_keys_as_they_are_when_it_needs_them() -> None:
    """A process that was started before the key changed seals under the new one, and opens what is under it."""
    keys = [KEY]
    before, after = Vault(*keys, read=lambda: keys), Vault(bytes(32), KEY)
    sealed = after.seal("secret", "org", "m")
    with pytest.raises(PressrunError, match="another secret key"):
        before.unseal(sealed, "org", "m")
    keys.insert(0, bytes(32))
    assert before.unseal(sealed, "org", "m") == "secret"
    assert after.is_current(before.seal("secret", "org", "m"))


@pytest.mark.parametrize(
    "text", ["", "short", "%%%", f"{base64.b64encode(KEY).decode()} short", base64.b64encode(bytes(31)).decode(), "é"]
)
def test_what_is_no_key_in_base64(text: str) -> None:
    with pytest.raises(PressrunError, match="openssl rand"):
        read_keys(text)
