"""API keys: shown once, kept as digests, each with the scopes it was given."""

import hashlib
import hmac
import secrets
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from pressrun.errors import Code, PressrunError
from pressrun.ids import new_id
from pressrun.store.clock import SECOND
from pressrun.store.store import Row, Transaction

PREFIX = "pr_live_"
RANDOM_BYTES = 24
CHECKSUM_DIGITS = 8
TOKEN_LENGTH = len(PREFIX) + RANDOM_BYTES * 8 // 6 + CHECKSUM_DIGITS
LONGEST_NAME = 100


class Scope(StrEnum):
    """What a key may do; ADMIN includes all."""

    JOBS_WRITE = "jobs:write"
    JOBS_READ = "jobs:read"
    AGENTS_WRITE = "agents:write"
    AGENTS_READ = "agents:read"
    FILES_WRITE = "files:write"
    FILES_READ = "files:read"
    GRAPHS_WRITE = "graphs:write"
    GRAPHS_READ = "graphs:read"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it is kept: never the key itself. Times are microseconds since the epoch."""

    id: str
    organization_id: str
    name: str
    hint: str
    scopes: frozenset[Scope]
    fold_retries: bool
    created_at: int
    expires_at: int | None
    revoked_at: int | None
    last_used_at: int | None
    requests_per_minute: int | None = None

    @classmethod
    def from_row(cls, row: Row) -> "Key":
        """A key from a row of `keys`."""
        values = {name: row[name] for name in cls.__dataclass_fields__}
        values["scopes"] = frozenset(Scope(word) for word in row["scopes"].split())
        values["fold_retries"] = bool(row["fold_retries"])
        return cls(**values)

    def allows(self, scope: Scope) -> bool:
        """Whether the key may do what needs `scope`."""
        return scope in self.scopes or Scope.ADMIN in self.scopes


def new_token() -> str:
    """A key to hand out: prefix, 192 random bits, and a checksum that lets scanners tell a key from noise."""
    body = secrets.token_urlsafe(RANDOM_BYTES)
    return f"{PREFIX}{body}{_checksum(body)}"


def is_possible(token: str) -> bool:
    """Whether a token can be a key at all: one with our prefix must have our length and checksum."""
    if not token.startswith(PREFIX):
        return True  # made elsewhere and imported
    body, checksum = token[len(PREFIX) : -CHECKSUM_DIGITS], token[-CHECKSUM_DIGITS:]
    return len(token) == TOKEN_LENGTH and token.isascii() and checksum == _checksum(body)


def _checksum(body: str) -> str:
    return f"{zlib.crc32(body.encode()):08x}"


def digest(token: str) -> str:
    """What is kept of a key. Its 192 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


async def create(
    tx: Transaction,
    organization_id: str,
    name: str,
    scopes: Iterable[Scope],
    *,
    token: str | None = None,
    fold_retries: bool = False,
    lifetime_s: int | None = None,
    requests_per_minute: int | None = None,
) -> tuple[Key, str]:
    """A new key and its token, which is never to be had again; raises PressrunError for a bad name.

    `token` imports a key that was made elsewhere; after `lifetime_s` seconds the key works no longer.
    """
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise PressrunError(Code.INVALID, f"name: give the key a printable name of 1 to {LONGEST_NAME} characters")
    token = token or new_token()
    row = await tx.one(
        "add_key",
        key_id=new_id(),
        organization_id=organization_id,
        name=name,
        hash=digest(token),
        hint=token[-4:],
        scopes=" ".join(sorted(scopes)),
        fold_retries=int(fold_retries),
        lifetime_us=None if lifetime_s is None else lifetime_s * SECOND,
        requests_per_minute=requests_per_minute,
    )
    assert row is not None
    return Key.from_row(row), token


async def find_by_token(tx: Transaction, token: str) -> Key | None:
    """The live key a caller presented, or None: unknown, revoked and expired ones look the same."""
    wanted = digest(token)
    row = await tx.one("find_key_by_hash", hash=wanted)
    if row is None or not hmac.compare_digest(row["hash"], wanted):
        return None
    # The key's own limit, or the organization's for each of its keys.
    return replace(Key.from_row(row), requests_per_minute=row["requests_allowed"])


async def find_live(tx: Transaction, organization_id: str, key_id: str) -> Key | None:
    """A key by its id; None when there is none that works."""
    row = await tx.one("find_key", key_id=key_id, organization_id=organization_id)
    return None if row is None else replace(Key.from_row(row), requests_per_minute=row["requests_allowed"])


async def find_ended(tx: Transaction, token: str) -> Key | None:
    """The key a caller presented that works no longer, for the audit log of whoever had it."""
    row = await tx.one("find_ended_key", hash=digest(token))
    return None if row is None else Key.from_row(row)


async def list_keys(tx: Transaction, organization_id: str) -> list[Key]:
    """Every key of an organization, revoked ones too, newest first."""
    return [Key.from_row(row) for row in await tx.all("list_keys", organization_id=organization_id)]


async def admin_key_ids(tx: Transaction, organization_id: str) -> list[str]:
    """The admin keys of an organization that work; nobody else revokes one of them before the transaction ends."""
    return [row["id"] for row in await tx.all("hold_admin_keys", organization_id=organization_id)]


async def revoke(tx: Transaction, organization_id: str, key_id: str) -> Key:
    """End a key now; raises PressrunError: not_found, or conflict for the only admin key that is left."""
    admins = await admin_key_ids(tx, organization_id)
    if admins == [key_id]:
        raise PressrunError(
            Code.CONFLICT,
            "this is the only admin key that works, and without one nobody can make another: make the next one first, "
            "with `pressrun keys create NAME --scope admin`",
        )
    row = await tx.one("revoke_key", key_id=key_id, organization_id=organization_id)
    if row is None:
        raise PressrunError(Code.NOT_FOUND, f"no key {key_id}; `pressrun keys list` shows them")
    return Key.from_row(row)


async def note_use(tx: Transaction, organization_id: str, key_id: str) -> None:
    """Remember that a key was used just now."""
    await tx.run("note_key_use", key_id=key_id, organization_id=organization_id)
