"""The application: routes, the door in front of them, and Writer's error body for everything that goes wrong."""

import asyncio
from urllib.parse import urlsplit

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from pressrun.api import (
    agent_graphs,
    applications,
    audit,
    batch_bad_rows,
    batch_corrections,
    batch_estimate,
    batch_events,
    batch_results,
    batch_rows,
    batch_series,
    batches,
    chat,
    docs_page,
    draft_run,
    file_content,
    files,
    generate,
    graph_questions,
    graphs,
    job_lists,
    job_prompts,
    jobs,
    keys,
    limits,
    models,
    operations,
    overview,
    people,
    problems,
    session,
    sessions,
    usage,
    versions,
    webhook_deliveries,
    webhooks,
)
from pressrun.api import system as system_routes
from pressrun.api.access import Access, Pages
from pressrun.api.callers import Callers
from pressrun.api.failures import Failures
from pressrun.api.hosts import LOOPBACK, Hosts, host_name
from pressrun.api.openapi import document
from pressrun.api.shortcuts import Shortcuts
from pressrun.batches.series import SeriesReader
from pressrun.errors import Code, PressrunError, Problem
from pressrun.settings import Settings
from pressrun.store.clock import system_clock
from pressrun.system import System

VERSION = "0.1.0"


def create_app(
    system: System, stopping: asyncio.Event, leaving: asyncio.Event | None = None, pages: Pages | None = None
) -> Access:
    """The whole ASGI application for a system; whoever serves it closes it in the end.

    `leaving` is set when the server was asked to stop, `stopping` when it does so now; `pages` are the studio's.
    """
    app = create_routes()
    app.state.system = system
    app.state.stopping = stopping
    app.state.leaving = leaving or asyncio.Event()
    app.state.started_at = system_clock()
    app.state.series = SeriesReader(system.store)
    settings = system.settings
    callers = app.state.callers = Callers(
        system.store,
        Failures(system.store),
        session_idle_s=settings.session_idle_s,
        public_url=settings.public_url,
    )
    return Access(
        Shortcuts(app), store=system.store, settings=settings, callers=callers, hosts=_hosts(settings), pages=pages
    )


def _hosts(settings: Settings) -> Hosts:
    """By which names the server may be called."""
    own = f"[{settings.host}]" if ":" in settings.host else settings.host
    public = host_name({b"host": urlsplit(settings.public_url or "").netloc})
    return Hosts((*LOOPBACK, own, *settings.allowed_hosts, *([public] if public else [])))


def create_routes() -> FastAPI:
    """Every route, with no system behind them yet: enough to describe the API."""
    app = FastAPI(
        title="Pressrun", version=VERSION, docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False
    )
    for router in (
        jobs.router,  # first: /v1/applications/jobs/… is no agent called "jobs"
        job_prompts.router,
        job_lists.router,
        applications.router,
        versions.router,
        agent_graphs.router,
        draft_run.router,
        batch_results.router,
        batch_corrections.router,
        batch_rows.router,
        batch_series.router,
        batch_estimate.router,
        batch_bad_rows.router,
        batch_events.router,
        batches.router,
        generate.router,
        chat.router,
        files.router,
        file_content.router,
        graph_questions.router,  # first: /v1/graphs/question is no graph called so
        graphs.router,
        models.router,
        keys.router,
        session.router,
        sessions.router,
        people.router,
        limits.router,
        usage.router,
        overview.router,
        audit.router,
        webhook_deliveries.router,  # first: /v1/webhooks/deliveries is no webhook called so
        webhooks.router,
        system_routes.router,
        operations.router,
        docs_page.router,
    ):
        app.include_router(router)
    app.add_api_route("/openapi.json", lambda: document(app), include_in_schema=False)
    app.add_exception_handler(PressrunError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _failed)
    return app


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, PressrunError)
    return problems.response(error, request.url.path)


async def _invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = [
        Problem(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}", {"field": str(fault["loc"][-1])})
        for fault in error.errors()
    ]
    return problems.response(PressrunError(Code.INVALID, faults))


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        refusal = PressrunError(Code.METHOD_NOT_ALLOWED, f"{request.method} is not possible here")
        answer = problems.response(refusal, request.url.path)
        answer.headers.update(error.headers or {})
        return answer
    return problems.response(problems.no_such_path(request.url.path[:200]), request.url.path)


async def _failed(request: Request, _error: Exception) -> Response:
    """The framework raises the error again afterwards; the door logs it."""
    return problems.response(problems.internal(), request.url.path)
