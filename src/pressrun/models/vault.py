"""Providers' keys at rest: AES-256-GCM under a master key that is kept outside the database."""

import base64
import binascii
import hashlib
import json
import secrets
from collections.abc import Callable, Sequence

from pressrun.errors import Code, PressrunError

KEY_BYTES = 32
NONCE_BYTES = 12
KEY_ID_BYTES = 4
FORMAT = b"\x01"
HEADER_BYTES = len(FORMAT) + KEY_ID_BYTES + NONCE_BYTES


class Vault:
    """Seals under the first of its keys of 32 bytes, unseals under each; raises PressrunError (invalid) for other keys.

    Sealed: format (1 byte), key id (4), nonce (12), ciphertext. A sealed key opens only for the organization and the
    model it was sealed for: a row copied elsewhere in the database is worth nothing. `read` fetches the keys anew: a
    process that was started before the key was changed seals under the new one and opens what others sealed under it.
    """

    def __init__(self, *keys: bytes, read: Callable[[], Sequence[bytes]] | None = None) -> None:
        self._read = read
        self._keys: dict[bytes, bytes] = {}
        self._take(keys)

    def _take(self, keys: Sequence[bytes]) -> None:
        for key in keys:
            if len(key) != KEY_BYTES:
                raise PressrunError(Code.INVALID, f"the secret key must have {KEY_BYTES} bytes, it has {len(key)}")
        self._keys = {_id_of(key): key for key in keys}

    def _read_again(self) -> None:
        if self._read is not None:
            self._take(self._read())

    def is_current(self, sealed: bytes) -> bool:
        """Whether something was sealed under the first key."""
        return _key_id(sealed) == next(iter(self._keys))

    def opens(self, sealed: bytes) -> bool:
        """Whether it was sealed under any of the keys."""
        return _key_id(sealed) in self._keys

    def seal(self, secret: str, organization_id: str, model: str) -> bytes:
        """The secret, encrypted."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - slow to import, seldom used

        self._read_again()
        key_id, key = next(iter(self._keys.items()))
        nonce = secrets.token_bytes(NONCE_BYTES)
        return FORMAT + key_id + nonce + AESGCM(key).encrypt(nonce, secret.encode(), _bound_to(organization_id, model))

    def unseal(self, sealed: bytes, organization_id: str, model: str) -> str:
        """The secret; raises PressrunError (internal) under another master key or when anything was changed."""
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - as above
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - as above

        if sealed[:1] != FORMAT or len(sealed) < HEADER_BYTES:
            raise _unreadable(model, "it is not in a format this version knows")
        if not self.opens(sealed):
            self._read_again()
        key = self._keys.get(_key_id(sealed))
        if key is None:
            raise _unreadable(model, "it was sealed under another secret key (PRESSRUN_SECRET_KEY or its file)")
        nonce = sealed[1 + KEY_ID_BYTES : HEADER_BYTES]
        try:
            return AESGCM(key).decrypt(nonce, sealed[HEADER_BYTES:], _bound_to(organization_id, model)).decode()
        except InvalidTag:
            raise _unreadable(model, "it was changed since it was sealed") from None


def new_key() -> bytes:
    """A key that nobody had before."""
    return secrets.token_bytes(KEY_BYTES)


def read_keys(text: str) -> tuple[bytes, ...]:
    """Keys written as base64, one after the other; raises PressrunError (invalid) for anything that is not 32 bytes."""
    try:
        keys = tuple(base64.b64decode(one, validate=True) for one in text.split())
    except (binascii.Error, ValueError):
        keys = ()
    if not keys or any(len(key) != KEY_BYTES for key in keys):
        raise PressrunError(Code.INVALID, f"a secret key is {KEY_BYTES} bytes in base64: `openssl rand -base64 32`")
    return keys


def write_keys(keys: Sequence[bytes]) -> str:
    """Keys as `read_keys` reads them, a line each."""
    return "".join(base64.b64encode(key).decode("ascii") + "\n" for key in keys)


def _id_of(key: bytes) -> bytes:
    return hashlib.sha256(b"pressrun key id" + key).digest()[:KEY_ID_BYTES]


def _key_id(sealed: bytes) -> bytes:
    return sealed[1 : 1 + KEY_ID_BYTES]


def _bound_to(organization_id: str, model: str) -> bytes:
    return json.dumps([organization_id, model]).encode()


def _unreadable(model: str, why: str) -> PressrunError:
    return PressrunError(
        Code.INTERNAL,
        f"the API key of model {model!r} cannot be read: {why}. Restore the secret key, or add the model again.",
    )
