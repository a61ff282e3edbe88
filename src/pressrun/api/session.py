"""The studio's session over HTTP: signing in, who I am, signing out."""

from typing import Any

from fastapi import APIRouter, Request, Response

from pressrun.api import cookies, wire
from pressrun.api.access import caller, signed_in
from pressrun.api.callers import RequestHeaders
from pressrun.api.json_body import Fields, read_object
from pressrun.api.organization_schemas import SessionShape
from pressrun.api.request_schemas import SignInRequest, body_of
from pressrun.api.schemas import errors
from pressrun.api.state import callers_of, system_of
from pressrun.errors import Code, PressrunError, Problem
from pressrun.organizations import sign_in
from pressrun.organizations.keys import Key, Scope
from pressrun.organizations.organization import name_of
from pressrun.organizations.sessions import SignedIn
from pressrun.organizations.sign_in import Origin

router = APIRouter(prefix="/v1/session", tags=["session"])

LONGEST_SECRET = 1000


@router.post(
    "",
    responses=errors(SessionShape, 400, 401, 403, 429),
    openapi_extra=body_of(SignInRequest),
    summary="Sign in to the studio",
)
async def begin(request: Request) -> Response:
    """A session in a cookie, for an API key or for the token of a one-time link; one that was there ends.

    Only the studio's own pages are answered: the header `X-Pressrun-Studio` is needed.
    """
    system, callers, headers = system_of(request), callers_of(request), _headers(request)
    secure = cookies.is_secure(headers, system.settings.public_url)
    key, token = await _secret(request)
    before = await callers.session(headers)
    made = await system.store.write(
        lambda tx: sign_in.sign_in(
            tx,
            key=key,
            token=token,
            origin=_origin(request),
            lifetime_s=system.settings.session_s,
            before=None if before is None else before.session,
        )
    )
    callers.forget(headers)
    if made is None:
        callers.failures.note("sign_in")
        what = "this key is unknown, revoked or expired"
        if key is None:
            what = (
                "this link was used already or is too old: `pressrun studio link`, or an administrator, makes another"
            )
        raise PressrunError(Code.UNAUTHORIZED, what)
    begun, cookie = made
    answer = wire.answer(await _shape(request, begun.caller, begun))
    answer.headers["set-cookie"] = cookies.set_session(cookie, system.settings.session_s, secure=secure)
    return answer


@router.get("", responses=errors(SessionShape, 401), summary="Tell who is asking")
async def show(request: Request) -> Response:
    """Who is signed in, or whose API key this is, and what they may do."""
    return wire.answer(await _shape(request, caller(request), signed_in(request)))


@router.delete("", responses=errors(SessionShape, 400, 401), summary="Sign out of the studio")
async def end(request: Request) -> Response:
    """The session ends on the server and in the browser; within two seconds nobody can use its cookie any more."""
    session = signed_in(request)
    if session is None:
        raise PressrunError(Code.INVALID, "this request carries an API key and no session that could end")
    shown = await _shape(request, session.caller, session)
    await system_of(request).store.write(lambda tx: sign_in.sign_out(tx, session, _origin(request)))
    headers = _headers(request)
    callers_of(request).forget(headers)
    answer = wire.answer(shown)
    answer.headers["set-cookie"] = cookies.clear_session(headers)
    return answer


async def _secret(request: Request) -> tuple[str | None, str | None]:
    """The key or the token of a request, one of the two; raises PressrunError (invalid)."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise PressrunError(Code.INVALID, "send application/json")
    values, _ = await read_object(request)
    fields = Fields(values)
    key: str | None = fields.take("key", str, "a string")
    token: str | None = fields.take("token", str, "a string")
    fields.done(closed=True)
    given = (key or "").strip() or (token or "").strip()
    if (key is None) == (token is None) or not given or len(given) > LONGEST_SECRET or "\x00" in given:
        raise PressrunError(Code.INVALID, Problem("send a key, or the token of a link, and not both", {"field": "key"}))
    return (given, None) if key is not None else (None, given)


def _headers(request: Request) -> RequestHeaders:
    return {name: value.decode("latin-1") for name, value in reversed(request.scope["headers"])}


def _origin(request: Request) -> Origin:
    return Origin(None if request.client is None else request.client.host, request.scope["state"]["request_id"])


async def _shape(request: Request, key: Key, session: SignedIn | None) -> dict[str, Any]:
    name = await system_of(request).store.read(lambda tx: name_of(tx, key.organization_id))
    person = None if session is None else session.person
    expires_at = key.expires_at if session is None else session.session.expires_at
    return {
        "type": "key" if person is None else "person",
        "id": key.id,
        "name": key.name,
        "email": None if person is None else person.email,
        "role": None if person is None else person.role,
        "organization": {"id": key.organization_id, "name": name},
        "scopes": sorted(scope for scope in Scope if key.allows(scope)),
        "signed_in_at": None if session is None else wire.timestamp(session.session.created_at),
        "expires_at": wire.maybe_timestamp(expires_at),
    }
