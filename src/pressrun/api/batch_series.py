"""The life of a batch for charts."""

from typing import Any

from fastapi import APIRouter, Request, Response

from pressrun.api import wire
from pressrun.api.access import require
from pressrun.api.batch_schemas import BatchSeries
from pressrun.api.schemas import errors
from pressrun.api.state import series_of
from pressrun.batches.series import Point, Series
from pressrun.money import CURRENCY, dollars
from pressrun.organizations.keys import Scope
from pressrun.store.clock import SECOND

router = APIRouter(tags=["batches"])


@router.get("/v1/batches/{batch_id}/series", responses=errors(BatchSeries, 401, 404), summary="A batch over time")
async def batch_series(request: Request, batch_id: str) -> Response:
    """What ended when, what it took and how long, in at most 240 steps; of a large batch as it was some seconds ago."""
    key = require(request, Scope.JOBS_READ)
    return wire.answer(_shape(await series_of(request).read(key.organization_id, batch_id)))


def _shape(series: Series) -> dict[str, Any]:
    return {
        "from": wire.timestamp(series.begin),
        "to": wire.timestamp(series.end),
        "as_of": wire.timestamp(series.as_of),
        "step_s": series.step_s,
        "currency": CURRENCY,
        "points": [
            _point(series.begin + number * series.step_s * SECOND, point) for number, point in enumerate(series.points)
        ],
    }


def _point(at: int, point: Point) -> dict[str, Any]:
    return {
        "at": wire.timestamp(at),
        "completed": point.completed,
        "failed": point.failed,
        "cancelled": point.cancelled,
        "tokens": point.tokens,
        "cost": dollars(point.cost),
        "p50_ms": point.percentile(0.5),
        "p95_ms": point.percentile(0.95),
        "errors": dict(point.errors),
    }
