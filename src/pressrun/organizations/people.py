"""People: who may sign in to the studio, and what their role lets them do."""

import re
from dataclasses import dataclass
from enum import StrEnum

from pressrun.errors import Code, PressrunError, Problem
from pressrun.ids import new_id
from pressrun.organizations.keys import Key, Scope
from pressrun.store.store import Row, Transaction

LONGEST_NAME = 100
LONGEST_EMAIL = 254
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


class Role(StrEnum):
    """What somebody may do in the studio."""

    VIEWER = "viewer"
    EDITOR = "editor"
    ADMIN = "admin"


READING = frozenset({Scope.AGENTS_READ, Scope.JOBS_READ, Scope.FILES_READ, Scope.GRAPHS_READ})

SCOPES = {
    Role.VIEWER: READING,
    Role.EDITOR: READING | {Scope.AGENTS_WRITE, Scope.JOBS_WRITE, Scope.FILES_WRITE, Scope.GRAPHS_WRITE},
    Role.ADMIN: frozenset({Scope.ADMIN}),
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may sign in. Times are microseconds since the epoch."""

    id: str
    organization_id: str
    name: str
    email: str | None
    role: Role
    created_at: int
    updated_at: int
    last_seen_at: int | None

    @classmethod
    def from_row(cls, row: Row) -> "Person":
        """A person from a row of `people`."""
        values = {name: row[name] for name in cls.__dataclass_fields__}
        return cls(**{**values, "role": Role(row["role"])})

    def caller(self, requests_per_minute: int | None) -> Key:
        """The person as a caller of the API: what an API key is to a program."""
        return Key(
            id=self.id,
            organization_id=self.organization_id,
            name=self.name,
            hint="",
            scopes=SCOPES[self.role],
            fold_retries=False,
            created_at=self.created_at,
            expires_at=None,
            revoked_at=None,
            last_used_at=self.last_seen_at,
            requests_per_minute=requests_per_minute,
        )


def faults(name: str, email: str | None) -> list[Problem]:
    """What is wrong with a name and an address."""
    found = []
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        message = f"name: give the person a printable name of 1 to {LONGEST_NAME} characters"
        found.append(Problem(message, {"field": "name"}))
    if email is not None and (len(email) > LONGEST_EMAIL or not email.isprintable() or not EMAIL.fullmatch(email)):
        found.append(Problem("email: this is no mail address", {"field": "email"}))
    return found


async def add(tx: Transaction, organization_id: str, name: str, email: str | None, role: Role) -> Person:
    """A new person; raises PressrunError (invalid)."""
    _check(name, email)
    row = await tx.one(
        "add_person", person_id=new_id(), organization_id=organization_id, name=name, email=email, role=role
    )
    assert row is not None
    return Person.from_row(row)


async def list_people(tx: Transaction, organization_id: str) -> list[Person]:
    """Everybody who may sign in, in the order they were added."""
    return [Person.from_row(row) for row in await tx.all("list_people", organization_id=organization_id)]


async def find(tx: Transaction, organization_id: str, person_id: str) -> Person:
    """One of them; raises PressrunError (not_found)."""
    row = await tx.one("find_person", person_id=person_id, organization_id=organization_id)
    if row is None:
        raise PressrunError(Code.NOT_FOUND, f"no person {person_id}")
    return Person.from_row(row)


async def find_caller(tx: Transaction, organization_id: str, person_id: str) -> tuple[Person, Key] | None:
    """A person and the caller that the person is; None when there is none any more."""
    row = await tx.one("find_person", person_id=person_id, organization_id=organization_id)
    if row is None:
        return None
    person = Person.from_row(row)
    return person, person.caller(row["requests_per_minute"])


async def change(
    tx: Transaction, person: Person, *, name: str | None = None, email: str | None = None, role: Role | None = None
) -> Person:
    """The person after a change of what is not None; an empty `email` takes it away. Raises PressrunError (invalid)."""
    name = person.name if name is None else name
    email = (person.email if email is None else email) or None
    _check(name, email)
    row = await tx.one(
        "change_person",
        person_id=person.id,
        organization_id=person.organization_id,
        name=name,
        email=email,
        role=role or person.role,
    )
    if row is None:
        raise PressrunError(Code.NOT_FOUND, f"no person {person.id}")
    return Person.from_row(row)


async def remove(tx: Transaction, organization_id: str, person_id: str) -> Person:
    """Let somebody sign in no longer, and end every session of theirs; raises PressrunError (not_found)."""
    row = await tx.one("remove_person", person_id=person_id, organization_id=organization_id)
    if row is None:
        raise PressrunError(Code.NOT_FOUND, f"no person {person_id}")
    await tx.all("end_sessions_of_person", subject_id=person_id, organization_id=organization_id, kept_hash="")
    await tx.run("forget_links_of_person", person_id=person_id, organization_id=organization_id)
    return Person.from_row(row)


async def caller_names(tx: Transaction, organization_id: str) -> dict[str, str]:
    """The names of an organization's keys and people by their ids, those that are gone too."""
    rows = await tx.all("list_caller_names", organization_id=organization_id)
    return {row["id"]: row["name"] for row in rows}


def _check(name: str, email: str | None) -> None:
    problems = faults(name, email)
    if problems:
        raise PressrunError(Code.INVALID, problems)
