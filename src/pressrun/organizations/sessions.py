"""Sessions of the studio: a key or a person that is signed in, known by a random token of which a digest is kept."""

import secrets
from dataclasses import dataclass
from uuid import UUID

from pressrun.organizations import keys, people
from pressrun.organizations.keys import Key, digest
from pressrun.organizations.people import Person
from pressrun.store.clock import SECOND
from pressrun.store.store import Row, Transaction

TOKEN_BYTES = 32
"""256 random bits, which need no slow hash."""


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in. Times are microseconds since the epoch; `hash` is the digest of the token."""

    hash: str
    organization_id: str
    key_id: str | None
    person_id: str | None
    created_at: int
    seen_at: int
    expires_at: int

    @classmethod
    def from_row(cls, row: Row) -> "Session":
        """A session from a row of `sessions`."""
        return cls(**{name: row[name] for name in cls.__dataclass_fields__})

    @property
    def id(self) -> str:
        """What it is called where it is shown: a digest of the digest, which finds nothing in the database."""
        return str(UUID(hex=digest(f"session {self.hash}")[:32]))


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session with whoever it is of: `caller` is what an API key is to a program, `person` None when it is a key."""

    session: Session
    caller: Key
    person: Person | None


async def begin(tx: Transaction, caller: Key, person: Person | None, lifetime_s: int) -> tuple[SignedIn, str]:
    """A new session and its token, which is never to be had again."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = await tx.one(
        "add_session",
        hash=digest(token),
        organization_id=caller.organization_id,
        key_id=caller.id if person is None else None,
        person_id=None if person is None else person.id,
        lifetime_us=lifetime_s * SECOND,
    )
    assert row is not None
    return SignedIn(Session.from_row(row), caller, person), token


async def find_by_token(tx: Transaction, token: str, idle_s: int) -> SignedIn | None:
    """Whose session a token stands for, as they are now; None when it has ended or they may sign in no longer."""
    row = await tx.one("find_session", hash=digest(token), idle_us=idle_s * SECOND)
    if row is None:
        return None
    session = Session.from_row(row)
    found = await find_subject(tx, session.organization_id, session.key_id, session.person_id)
    return None if found is None else SignedIn(session, *found)


async def find_subject(
    tx: Transaction, organization_id: str, key_id: str | None, person_id: str | None
) -> tuple[Key, Person | None] | None:
    """The live key, or the person, that a session or a link is of."""
    if key_id is not None:
        key = await keys.find_live(tx, organization_id, key_id)
        return None if key is None else (key, None)
    assert person_id is not None
    found = await people.find_caller(tx, organization_id, person_id)
    return None if found is None else (found[1], found[0])


async def note_use(tx: Transaction, session: Session) -> None:
    """Remember that a session was used just now, and with it whoever it is of."""
    await tx.run("note_session_seen", hash=session.hash, organization_id=session.organization_id)
    if session.person_id is not None:
        await tx.run("note_person_seen", person_id=session.person_id, organization_id=session.organization_id)
    if session.key_id is not None:
        await keys.note_use(tx, session.organization_id, session.key_id)


async def end(tx: Transaction, session: Session) -> bool:
    """Sign out: the token stands for nothing any more; False when it did not before either."""
    return await tx.run("end_session", hash=session.hash, organization_id=session.organization_id) > 0
