"""Providers' keys at rest: AES-256-GCM under a master key that is kept outside the database."""

import base64
import binascii
import hashlib
import json
import os
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path

from pressrun.errors import Code, PressrunError

KEY_BYTES = 32
NONCE_BYTES = 12
KEY_ID_BYTES = 4
FORMAT = b"\x01"
HEADER_BYTES = len(FORMAT) + KEY_ID_BYTES + NONCE_BYTES


@dataclass(frozen=True, slots=True)
class Vault:
    """Seals and unseals under one master key of 32 bytes; raises PressrunError (invalid) for any other length.

    Sealed: format (1 byte), key id (4), nonce (12), ciphertext. A sealed key opens only for the organization and the
    model it was sealed for: a row copied elsewhere in the database is worth nothing.
    """

    key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.key) != KEY_BYTES:
            raise PressrunError(Code.INVALID, f"the secret key must have {KEY_BYTES} bytes, it has {len(self.key)}")

    def seal(self, secret: str, organization_id: str, model: str) -> bytes:
        """The secret, encrypted."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - slow to import, seldom used

        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = AESGCM(self.key).encrypt(nonce, secret.encode(), _bound_to(organization_id, model))
        return FORMAT + self._key_id + nonce + sealed

    def unseal(self, sealed: bytes, organization_id: str, model: str) -> str:
        """The secret; raises PressrunError (internal) under another master key or when anything was changed."""
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - as above
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - as above

        key_id, nonce = sealed[1 : 1 + KEY_ID_BYTES], sealed[1 + KEY_ID_BYTES : HEADER_BYTES]
        if sealed[:1] != FORMAT or len(sealed) < HEADER_BYTES:
            raise _unreadable(model, "it is not in a format this version knows")
        if key_id != self._key_id:
            raise _unreadable(model, "it was sealed under another secret key (PRESSRUN_SECRET_KEY or its file)")
        try:
            return AESGCM(self.key).decrypt(nonce, sealed[HEADER_BYTES:], _bound_to(organization_id, model)).decode()
        except InvalidTag:
            raise _unreadable(model, "it was changed since it was sealed") from None

    @property
    def _key_id(self) -> bytes:
        return hashlib.sha256(b"pressrun key id" + self.key).digest()[:KEY_ID_BYTES]


def read_key(text: str) -> bytes:
    """A master key written as base64; raises PressrunError (invalid) for anything that is not 32 bytes."""
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise PressrunError(Code.INVALID, f"a secret key is {KEY_BYTES} bytes in base64: `openssl rand -base64 32`")
    return key


def load_key(path: Path) -> bytes:
    """The master key in a file, made with mode 0600 on first use, by whichever process is first.

    Raises PressrunError (internal) when others may read the file or it holds no key.
    """
    if not path.exists():
        _create_key(path)
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise PressrunError(
            Code.INTERNAL, f"{path} holds the secret key and others may read it: run `chmod 600 {path}`"
        )
    try:
        return read_key(path.read_text("ascii"))
    except (PressrunError, UnicodeDecodeError):
        raise PressrunError(Code.INTERNAL, f"{path} does not hold a secret key; restore it from a backup") from None


def _create_key(path: Path) -> None:
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)  # fails when another process was first, and never shows a half-written file
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _bound_to(organization_id: str, model: str) -> bytes:
    return json.dumps([organization_id, model]).encode()


def _unreadable(model: str, why: str) -> PressrunError:
    return PressrunError(
        Code.INTERNAL,
        f"the API key of model {model!r} cannot be read: {why}. Restore the secret key, or add the model again.",
    )
