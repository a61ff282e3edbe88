"""All that goes on, at a glance."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from fastapi import APIRouter, Request, Response

from pressrun.accounts.health import Used, used
from pressrun.accounts.rooms import Room, find_rooms
from pressrun.api import wire
from pressrun.api.access import require
from pressrun.api.schemas import Shape, errors
from pressrun.api.state import system_of
from pressrun.jobs import outages, overview, spending
from pressrun.jobs.outages import Outage
from pressrun.jobs.overview import AgentRuns, Hour, Queue
from pressrun.jobs.spending import UsageLine
from pressrun.jobs.workers import WorkerRecord
from pressrun.models.model import Model
from pressrun.money import CURRENCY, dollars
from pressrun.organizations.keys import Scope
from pressrun.store.clock import SECOND
from pressrun.store.store import Transaction

router = APIRouter(tags=["operations"])

SPEND_DAYS = 30
DAY = timedelta(days=1)


class QueueShape(Shape):
    """What waits and runs; `oldest_queued_s` is null when nothing is queued."""

    queued: int
    running: int
    waiting: int
    oldest_queued_s: float | None


class EndedHour(Shape):
    """Jobs that ended in the hour from `at` on."""

    at: str
    completed: int
    failed: int
    cancelled: int


class DailySpend(Shape):
    """What an agent cost on a day; null where no price is known."""

    day: str
    application_id: str | None
    cost: float | None
    total_tokens: int
    calls: int


class WorkerActivity(Shape):
    """A worker that is alive, and how many of its places are taken."""

    id: str
    host: str
    pid: int
    places: int
    running: int
    started_at: str
    seen_at: str


class UsedLimits(Shape):
    """Calls and tokens of the last minute, and calls under way, of all models that share the limits."""

    requests: int
    tokens: int
    running: int


class ModelHealth(Shape):
    """How a model stands: `down`, nobody is answered; `no_quota`, money is missing; `held_back`, a limit is reached."""

    name: str
    default: bool
    state: Literal["ok", "held_back", "no_quota", "down"]
    reason: str | None
    retry_in_s: float | None
    concurrency: int | None
    rpm: int | None
    tpm: int | None
    used: UsedLimits | None


class AgentActivity(Shape):
    """An agent, when it was run last, and how its jobs of the last 7 days ended."""

    application_id: str
    name: str
    last_run_at: str | None
    runs: int
    failed: int


class Overview(Shape):
    """All that goes on. `workers` is null for keys without `admin`: they serve every organization."""

    queue: QueueShape
    hours: list[EndedHour]
    failure_rate: float | None
    spend: list[DailySpend]
    currency: Literal["USD"]
    workers: list[WorkerActivity] | None
    models: list[ModelHealth]
    agents: list[AgentActivity]


@router.get("/v1/overview", responses=errors(Overview, 401, 403), summary="All that goes on")
async def get_overview(request: Request) -> Response:
    """Queue, ends of the last 24 hours, spend of 30 days, workers, models, agents; from counters: ask it often."""
    key = require(request, Scope.JOBS_READ)
    owner = key.organization_id
    system = system_of(request)
    models = await system.catalog.models(owner)
    today = (datetime.now(tz=UTC) - datetime(1970, 1, 1, tzinfo=UTC)).days

    async def work(tx: Transaction) -> dict[str, Any]:
        hours = await overview.hours(tx, owner)
        spent = await spending.report(tx, owner, today - SPEND_DAYS + 1, today, ("day", "agent"))
        rooms = await find_rooms(tx, await tx.all("list_model_limits"))
        now = await tx.one("find_now")
        assert now is not None
        health = _Health(owner, int(now["now"]), rooms, await outages.find_all(tx), await used(tx, owner))
        return {
            "queue": _queue(await overview.queue(tx, owner)),
            "hours": [_hour(one) for one in hours],
            "failure_rate": _failure_rate(hours),
            "spend": [_spent(one) for one in spent],
            "currency": CURRENCY,
            "workers": [_worker(*one) for one in await overview.busy_workers(tx)] if key.allows(Scope.ADMIN) else None,
            "models": [health.of(model) for model in models],
            "agents": [_agent(one) for one in await overview.agents(tx, owner)],
        }

    return wire.answer(await system.store.read(work))


class _Health:
    """What is known of an organization's models at one moment."""

    def __init__(
        self,
        organization_id: str,
        now: int,
        rooms: Mapping[tuple[str, str], Room],
        troubled: Mapping[tuple[str, str], Outage],
        accounts: Mapping[str, Used],
    ) -> None:
        self._owner = organization_id
        self._now = now
        self._rooms = rooms
        self._troubled = troubled
        self._accounts = accounts

    def of(self, model: Model) -> dict[str, Any]:
        state, reason, retry_in_s = self._state(model)
        taken = self._accounts.get(model.account or model.name)
        return {
            "name": model.name,
            "default": model.is_default,
            "state": state,
            "reason": reason,
            "retry_in_s": retry_in_s,
            "concurrency": model.concurrency,
            "rpm": model.rpm,
            "tpm": model.tpm,
            "used": None
            if taken is None
            else {"requests": taken.requests, "tokens": taken.tokens, "running": taken.running},
        }

    def _state(self, model: Model) -> tuple[str, str | None, float | None]:
        outage = self._troubled.get((self._owner, model.name))
        if outage is None and model.is_default:
            outage = self._troubled.get((self._owner, "default"))
        if outage is not None and outage.openings:
            return "down", outage.reason, round(max(0, outage.open_until - self._now) / SECOND, 3)
        room = self._rooms.get((self._owner, model.name))
        if room is None or room.denied is None:
            return "ok", None, None
        return "no_quota" if room.denied.quota else "held_back", room.denied.reason, round(room.denied.wait_s, 3)


def _queue(one: Queue) -> dict[str, Any]:
    return {
        "queued": one.queued,
        "running": one.running,
        "waiting": one.waiting,
        "oldest_queued_s": None if one.oldest_queued_s is None else round(one.oldest_queued_s, 3),
    }


def _hour(one: Hour) -> dict[str, Any]:
    return {
        "at": wire.timestamp(one.at),
        "completed": one.completed,
        "failed": one.failed,
        "cancelled": one.cancelled,
    }


def _failure_rate(hours: Sequence[Hour]) -> float | None:
    failed = sum(one.failed for one in hours)
    ended = failed + sum(one.completed for one in hours)
    return round(failed / ended, 4) if ended else None


def _spent(line: UsageLine) -> dict[str, Any]:
    return {
        "day": (datetime(1970, 1, 1, tzinfo=UTC) + int(line.group["day"]) * DAY).date().isoformat(),
        "application_id": line.group["agent"] or None,
        "cost": None if line.calls and line.unpriced_calls == line.calls else dollars(line.cost),
        "total_tokens": line.prompt_tokens + line.completion_tokens,
        "calls": line.calls,
    }


def _worker(one: WorkerRecord, running: int) -> dict[str, Any]:
    return {
        "id": one.id,
        "host": one.host,
        "pid": one.pid,
        "places": one.concurrency,
        "running": running,
        "started_at": wire.timestamp(one.started_at),
        "seen_at": wire.timestamp(one.seen_at),
    }


def _agent(one: AgentRuns) -> dict[str, Any]:
    return {
        "application_id": one.agent_id,
        "name": one.name,
        "last_run_at": wire.maybe_timestamp(one.last_run_at),
        "runs": one.completed + one.failed,
        "failed": one.failed,
    }
