"""The routes that everything waits for, past the framework's layers: half of a request's CPU was spent in them.

The same handlers stand in the routers, for `/openapi.json`; what is not one of these goes there.
"""

import re
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from pressrun.api import jobs, operations

ONE = re.compile(r"/v1/applications/jobs/([^/]+)")
MANY = re.compile(r"/v1/applications/([^/]+)/jobs")


class Shortcuts:
    """ASGI middleware in front of `app`; `app` is also what the handlers find their state on."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        handler = _handler(scope["method"], scope["path"]) if scope["type"] == "http" else None
        if handler is None:
            await self._app(scope, receive, send)
            return
        scope["app"] = self._app
        response = await handler(Request(scope, receive))
        await response(scope, receive, send)


def _handler(method: str, path: str) -> Callable[[Request], Awaitable[Response]] | None:
    if method == "GET" and path == "/readyz":  # the framework puts its routes together at the first request it gets
        return operations.readyz
    if method == "GET" and (found := ONE.fullmatch(path)):
        job_id = found.group(1)
        return lambda request: jobs.get_job(request, job_id, request.query_params.get("wait"))
    if method not in {"GET", "POST"} or not (found := MANY.fullmatch(path)) or found.group(1) == "jobs":
        return None
    application_id = found.group(1)
    if method == "POST":
        return lambda request: jobs.create_job(request, application_id)
    return lambda request: jobs.list_jobs(
        request,
        application_id,
        *(request.query_params.get(name) for name in ("status", "offset", "limit")),
    )
