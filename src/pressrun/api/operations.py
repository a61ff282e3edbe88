"""For those who run the server: is it alive, is it ready, what does it do."""

from fastapi import APIRouter, Request, Response

from pressrun.api import wire
from pressrun.api.access import require
from pressrun.api.schemas import Health, Readiness, answer, refusals
from pressrun.api.state import leaving_of, system_of
from pressrun.errors import PressrunError
from pressrun.jobs import workers
from pressrun.organizations.keys import Scope
from pressrun.store import durability

router = APIRouter(tags=["operations"])


@router.get("/healthz", responses={200: answer(Health)}, summary="Is the process alive")
async def healthz() -> Response:
    """Alive, whatever the database does: a restart would not help it."""
    return wire.answer({"status": "ok"})


@router.get("/readyz", responses={200: answer(Readiness), 503: answer(Readiness)}, summary="Can requests be served")
async def readyz(request: Request) -> Response:
    """Ready when the database answers and nobody asked the server to stop.

    Tells also whether a worker is alive, without which jobs only wait.
    """
    if leaving_of(request).is_set():
        return wire.answer({"status": "stopping"}, 503)
    store = system_of(request).store
    try:
        alive = await store.read(workers.alive)
        unsafe = await store.read(durability.unsafe)
    except PressrunError:
        return wire.answer({"status": "unavailable", "database": "unreachable"}, 503)
    return wire.answer(
        {
            "status": "ok",
            "database": "ok",
            "workers": "ok" if alive else "none alive",
            "room": "ok" if store.has_room else "none",
            "durability": f"at risk: {', '.join(unsafe)} off" if unsafe else "ok",
        }
    )


@router.get(
    "/metrics",
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}, **refusals(401, 403)},
    response_class=Response,
    summary="Figures for Prometheus",
)
async def metrics(request: Request) -> Response:
    """Counters and gauges of the whole server, whichever process is asked."""
    require(request, Scope.ADMIN)
    from pressrun.api.metrics import exposition  # noqa: PLC0415 - slow to import, for one route

    return Response(await exposition(system_of(request).store), media_type="text/plain; version=0.0.4")
