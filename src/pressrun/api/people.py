"""People who may sign in to the studio, over HTTP."""

from typing import Any

from fastapi import APIRouter, Request, Response

from pressrun.api import wire
from pressrun.api.access import actor, require
from pressrun.api.audited import write_audited
from pressrun.api.json_body import Fields, read_object
from pressrun.api.organization_schemas import PeoplePage, PersonShape, SignInLinkShape
from pressrun.api.request_schemas import PersonChange, PersonRequest, body_of
from pressrun.api.schemas import errors
from pressrun.api.state import system_of
from pressrun.organizations import audit, people, sign_in
from pressrun.organizations.audit import Action
from pressrun.organizations.keys import Scope
from pressrun.organizations.people import Person, Role
from pressrun.organizations.sign_in import PERSON_LINK_S
from pressrun.store.store import Transaction

router = APIRouter(prefix="/v1/people", tags=["people"])

ROLES = ", ".join(Role)


@router.get("", responses=errors(PeoplePage, 401, 403), summary="List people")
async def list_people(request: Request) -> Response:
    """Everybody who may sign in to the studio as themselves."""
    key = require(request, Scope.ADMIN)
    found = await system_of(request).store.read(lambda tx: people.list_people(tx, key.organization_id))
    return wire.answer({"data": [_shape(one) for one in found]})


@router.post(
    "",
    status_code=201,
    responses=errors(PersonShape, 400, 401, 403),
    openapi_extra=body_of(PersonRequest),
    summary="Add a person",
)
async def add_person(request: Request) -> Response:
    """Somebody who may sign in; `POST …/link` makes the link by which they do so."""
    key = require(request, Scope.ADMIN)
    values, _ = await read_object(request)
    fields = Fields(values)
    name: str = fields.take("name", str, "a string", "")
    email: str | None = fields.take("email", str, "a string")
    role = _role(fields) or Role.VIEWER
    _faults(fields, name, email)
    made = await write_audited(
        request,
        Action.PERSON_ADDED,
        lambda tx: people.add(tx, key.organization_id, name, email or None, role),
        lambda person: person.id,
        name=name,
        role=role,
    )
    return wire.answer(_shape(made), 201)


@router.patch(
    "/{person_id}",
    responses=errors(PersonShape, 400, 401, 403, 404),
    openapi_extra=body_of(PersonChange),
    summary="Change a person",
)
async def change_person(request: Request, person_id: str) -> Response:
    """Another name, address or role; sessions that are under way have the new role within two seconds."""
    key = require(request, Scope.ADMIN)
    values, _ = await read_object(request)
    fields = Fields(values)
    name: str | None = fields.take("name", str, "a string")
    email: str | None = fields.take("email", str, "a string", "" if "email" in values else None)
    role = _role(fields)
    _faults(fields, name, email)
    who = actor(request)

    async def work(tx: Transaction) -> Person:
        person = await people.find(tx, key.organization_id, person_id.replace("\x00", ""))
        changed = await people.change(tx, person, name=name, email=email, role=role)
        await audit.record(tx, who, Action.PERSON_CHANGED, person.id, name=changed.name, role=changed.role)
        return changed

    return wire.answer(_shape(await system_of(request).store.write(work)))


@router.delete("/{person_id}", responses=errors(PersonShape, 401, 403, 404), summary="Remove a person")
async def remove_person(request: Request, person_id: str) -> Response:
    """Somebody may sign in no longer, and is signed out everywhere within two seconds."""
    key = require(request, Scope.ADMIN)
    who = actor(request)

    async def work(tx: Transaction) -> Person:
        removed = await people.remove(tx, key.organization_id, person_id.replace("\x00", ""))
        await audit.record(tx, who, Action.PERSON_REMOVED, removed.id, name=removed.name)
        return removed

    return wire.answer(_shape(await system_of(request).store.write(work)))


@router.post(
    "/{person_id}/link",
    status_code=201,
    responses=errors(SignInLinkShape, 401, 403, 404),
    summary="Make a link by which a person signs in",
)
async def make_link(request: Request, person_id: str) -> Response:
    """A link that works once and for a day, shown in this answer and never again; one made before works no longer."""
    key = require(request, Scope.ADMIN)
    who = actor(request)

    async def work(tx: Transaction) -> tuple[str, int]:
        person = await people.find(tx, key.organization_id, person_id.replace("\x00", ""))
        link = await sign_in.make_link(tx, person.organization_id, PERSON_LINK_S, person_id=person.id)
        await audit.record(tx, who, Action.LINK_MADE, person.id, name=person.name)
        return link

    token, expires_at = await system_of(request).store.write(work)
    base = system_of(request).settings.public_url or str(request.base_url)
    shown = {"url": sign_in.link_url(base, token), "expires_at": wire.timestamp(expires_at)}
    return wire.answer(shown, 201)


def _role(fields: Fields) -> Role | None:
    word: str | None = fields.take("role", str, "a string")
    if word is not None and word not in set(Role):
        fields.fault("role", f"role is one of {ROLES}, not {word[:50]!r}")
        return None
    return None if word is None else Role(word)


def _faults(fields: Fields, name: str | None, email: str | None) -> None:
    for problem in people.faults("-" if name is None else name, email or None):
        fields.fault(str(problem.extras["field"]), problem.description)
    fields.done(closed=True)


def _shape(person: Person) -> dict[str, Any]:
    return {
        "id": person.id,
        "name": person.name,
        "email": person.email,
        "role": person.role,
        "created_at": wire.timestamp(person.created_at),
        "updated_at": wire.timestamp(person.updated_at),
        "last_seen_at": wire.maybe_timestamp(person.last_seen_at),
    }
