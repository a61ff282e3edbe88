"""Where a key or a person is signed in: the list of their sessions, and the end of one or of all."""

from dataclasses import dataclass
from typing import Literal

from pressrun.errors import Code, PressrunError
from pressrun.organizations import audit, sessions
from pressrun.organizations.audit import Action, Actor
from pressrun.organizations.keys import Key
from pressrun.organizations.people import Person
from pressrun.organizations.sessions import Session
from pressrun.store.clock import SECOND
from pressrun.store.store import Transaction

LISTS = {"key": "list_sessions_of_key", "person": "list_sessions_of_person"}
ENDS = {"key": "end_sessions_of_key", "person": "end_sessions_of_person"}


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose sessions are meant."""

    organization_id: str
    kind: Literal["key", "person"]
    id: str

    @classmethod
    def of(cls, caller: Key, person: Person | None) -> "Subject":
        """Whoever asks."""
        return cls(caller.organization_id, "key" if person is None else "person", caller.id)

    @classmethod
    def of_person(cls, person: Person) -> "Subject":
        """Somebody else."""
        return cls(person.organization_id, "person", person.id)


async def list_live(tx: Transaction, subject: Subject, idle_s: int) -> list[Session]:
    """Their sessions that are neither over nor idle for `idle_s` seconds, the newest first."""
    rows = await tx.all(
        LISTS[subject.kind],
        subject_id=subject.id,
        organization_id=subject.organization_id,
        idle_us=idle_s * SECOND,
    )
    return [Session.from_row(row) for row in rows]


async def end_one(tx: Transaction, subject: Subject, session_id: str, idle_s: int, who: Actor) -> Session:
    """End one of their sessions, with its line in the audit log; raises PressrunError (not_found)."""
    for session in await list_live(tx, subject, idle_s):
        if session.id == session_id and await sessions.end(tx, session):
            await _record(tx, subject, session, who)
            return session
    raise PressrunError(Code.NOT_FOUND, f"no session {session_id}")


async def end_all(tx: Transaction, subject: Subject, kept: Session | None, who: Actor) -> list[Session]:
    """End all of their sessions but `kept`, with a line in the audit log for each; those that ended, newest first."""
    rows = await tx.all(
        ENDS[subject.kind],
        subject_id=subject.id,
        organization_id=subject.organization_id,
        kept_hash="" if kept is None else kept.hash,
    )
    ended = sorted((Session.from_row(row) for row in rows), key=lambda one: one.created_at, reverse=True)
    for session in ended:
        await _record(tx, subject, session, who)
    return ended


async def _record(tx: Transaction, subject: Subject, session: Session, who: Actor) -> None:
    await audit.record(tx, who, Action.SESSION_ENDED, subject.id, session=session.id)
