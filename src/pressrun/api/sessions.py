"""Where somebody is signed in, over HTTP: their own sessions for everybody, those of a person for administrators."""

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Request, Response

from pressrun.api import cookies, wire
from pressrun.api.access import actor, caller, require, signed_in
from pressrun.api.organization_schemas import SignedInPage, SignedInShape
from pressrun.api.pages import storable
from pressrun.api.schemas import errors
from pressrun.api.state import callers_of, system_of
from pressrun.organizations import people, sessions_of
from pressrun.organizations.keys import Scope
from pressrun.organizations.sessions import Session
from pressrun.organizations.sessions_of import Subject
from pressrun.store.store import Transaction

router = APIRouter(prefix="/v1", tags=["session"])

Find = Callable[[Transaction], Awaitable[Subject]]
"""Finds whose sessions are meant; raises PressrunError."""


@router.get("/sessions", responses=errors(SignedInPage, 401), summary="List where you are signed in")
async def list_own(request: Request) -> Response:
    """The sessions of the person who asks, or of the API key: those that it has signed in to the studio."""
    return await _list(request, _asker(request))


@router.delete("/sessions", responses=errors(SignedInPage, 401), summary="Sign out everywhere else")
async def end_others(request: Request) -> Response:
    """All sessions of the person or the key end but the one that asks; the answer lists those that ended."""
    current = signed_in(request)
    return await _end_all(request, _asker(request), None if current is None else current.session)


@router.delete("/sessions/{session_id}", responses=errors(SignedInShape, 401, 404), summary="End a session of yours")
async def end_own(request: Request, session_id: str) -> Response:
    """One of your sessions ends, on every process within two seconds; it may be the one that asks."""
    return await _end_one(request, _asker(request), session_id)


@router.get(
    "/people/{person_id}/sessions",
    responses=errors(SignedInPage, 401, 403, 404),
    summary="List where a person is signed in",
)
async def list_of_person(request: Request, person_id: str) -> Response:
    """The sessions of somebody in the organization."""
    return await _list(request, _person(request, person_id))


@router.delete(
    "/people/{person_id}/sessions", responses=errors(SignedInPage, 401, 403, 404), summary="Sign a person out"
)
async def end_all_of_person(request: Request, person_id: str) -> Response:
    """All sessions of a person end, your own too if it is you; they stay a person, and may sign in again by a link."""
    return await _end_all(request, _person(request, person_id), None)


@router.delete(
    "/people/{person_id}/sessions/{session_id}",
    responses=errors(SignedInShape, 401, 403, 404),
    summary="End a session of a person",
)
async def end_of_person(request: Request, person_id: str, session_id: str) -> Response:
    """One session of somebody in the organization ends, on every process within two seconds."""
    return await _end_one(request, _person(request, person_id), session_id)


def _asker(request: Request) -> Find:
    key, session = caller(request), signed_in(request)

    async def found(_tx: Transaction) -> Subject:
        return Subject.of(key, None if session is None else session.person)

    return found


def _person(request: Request, person_id: str) -> Find:
    key = require(request, Scope.ADMIN)

    async def found(tx: Transaction) -> Subject:
        return Subject.of_person(await people.find(tx, key.organization_id, storable(person_id)))

    return found


async def _list(request: Request, find: Find) -> Response:
    system = system_of(request)

    async def work(tx: Transaction) -> list[Session]:
        return await sessions_of.list_live(tx, await find(tx), system.settings.session_idle_s)

    found = await system.store.read(work)
    return wire.answer({"data": [_shape(request, one) for one in found]})


async def _end_one(request: Request, find: Find, session_id: str) -> Response:
    system, who = system_of(request), actor(request)

    async def work(tx: Transaction) -> Session:
        idle_s = system.settings.session_idle_s
        return await sessions_of.end_one(tx, await find(tx), session_id, idle_s, who)

    ended = await system.store.write(work)
    return _ended(request, [ended], _shape(request, ended))


async def _end_all(request: Request, find: Find, kept: Session | None) -> Response:
    who = actor(request)

    async def work(tx: Transaction) -> list[Session]:
        return await sessions_of.end_all(tx, await find(tx), kept, who)

    ended = await system_of(request).store.write(work)
    return _ended(request, ended, {"data": [_shape(request, one) for one in ended]})


def _ended(request: Request, ended: list[Session], shown: dict[str, Any]) -> Response:
    """The answer, after which this process knows the sessions no longer; with its own goes its cookie."""
    callers_of(request).forget_ended(ended)
    answer = wire.answer(shown)
    if any(_is_current(request, one) for one in ended):
        headers = {name: value.decode("latin-1") for name, value in reversed(request.scope["headers"])}
        answer.headers["set-cookie"] = cookies.clear_session(headers)
    return answer


def _is_current(request: Request, session: Session) -> bool:
    current = signed_in(request)
    return current is not None and current.session.hash == session.hash


def _shape(request: Request, session: Session) -> dict[str, Any]:
    return {
        "id": session.id,
        "type": "key" if session.person_id is None else "person",
        "current": _is_current(request, session),
        "signed_in_at": wire.timestamp(session.created_at),
        "last_seen_at": wire.timestamp(session.seen_at),
        "expires_at": wire.timestamp(session.expires_at),
    }
