"""Usage over HTTP: what was asked, by whom, and what it cost."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from pressrun.api import wire
from pressrun.api.access import require
from pressrun.api.organization_schemas import UsageReport
from pressrun.api.schemas import errors
from pressrun.api.state import system_of
from pressrun.errors import Code, PressrunError, Problem
from pressrun.jobs import spending
from pressrun.jobs.spending import COUNTED, GROUPS, UsageLine
from pressrun.money import CURRENCY, dollars
from pressrun.organizations import people
from pressrun.organizations.keys import Scope

router = APIRouter(prefix="/v1/usage", tags=["operations"])

EPOCH = date(1970, 1, 1)
DEFAULT_DAYS = 30


@router.get("", responses=errors(UsageReport, 400, 401, 403), summary="Report usage and cost")
async def report(
    request: Request,
    first_day: Annotated[str | None, Query(alias="from", description="The first day (UTC), as 2026-11-25")] = None,
    last_day: Annotated[str | None, Query(alias="to", description="The last day (UTC), included; else today")] = None,
    group_by: Annotated[str, Query(description="Some of day, agent, batch, key, model, with commas between")] = "day",
) -> Response:
    """Calls, tokens and cost from one day to another; without `from` the last 30 days."""
    key = require(request, Scope.ADMIN)
    problems: list[Problem] = []
    last = _day("to", last_day, problems) or datetime.now(tz=UTC).date()
    first = _day("from", first_day, problems) or max(
        EPOCH, last - timedelta(days=min(DEFAULT_DAYS - 1, (last - EPOCH).days))
    )
    by = [group.strip() for group in group_by.split(",")]
    unknown = [group for group in by if group not in GROUPS]
    if unknown or len(set(by)) < len(by):
        message = f"group_by is one or more of {', '.join(GROUPS)}, each once, with commas between them"
        problems.append(Problem(message, {"field": "group_by"}))
    if first > last:
        problems.append(Problem("from must not be after to", {"field": "from"}))
    if problems:
        raise PressrunError(Code.INVALID, problems)
    days = (first - EPOCH).days, (last - EPOCH).days
    store = system_of(request).store
    lines = await store.read(lambda tx: spending.report(tx, key.organization_id, *days, by))
    names = await store.read(lambda tx: people.caller_names(tx, key.organization_id)) if "key" in by else {}
    return wire.answer(
        {
            "first_day": first.isoformat(),
            "last_day": last.isoformat(),
            "group_by": by,
            "currency": CURRENCY,
            "data": [_line(line) | _named(line, names) for line in lines],
            "total": _line(_total(lines)),
        }
    )


def _day(name: str, text: str | None, problems: list[Problem]) -> date | None:
    if text is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        problems.append(Problem(f"{name} is a day such as 2026-11-25, not {text[:40]!r}", {"field": name}))
        return None
    if day < EPOCH:
        problems.append(Problem(f"{name} must not be before {EPOCH}", {"field": name}))
        return None
    return day


def _total(lines: list[UsageLine]) -> UsageLine:
    return UsageLine({}, **{name: sum(getattr(line, name) for line in lines) for name in COUNTED})


def _named(line: UsageLine, names: Mapping[str, str]) -> dict[str, Any]:
    """The name of the key or the person that a line is about."""
    return {"key_name": names.get(str(line.group["key"]))} if "key" in line.group else {}


def _line(line: UsageLine) -> dict[str, Any]:
    group = {name: value if name != "day" else _shown(int(value)) for name, value in line.group.items()}
    return {
        **{name: value or None for name, value in group.items()},
        "calls": line.calls,
        "prompt_tokens": line.prompt_tokens,
        "completion_tokens": line.completion_tokens,
        "cached_prompt_tokens": line.cached_prompt_tokens,
        "total_tokens": line.prompt_tokens + line.completion_tokens,
        "cost": None if line.calls and line.unpriced_calls == line.calls else dollars(line.cost),
        "unpriced_calls": line.unpriced_calls,
        "reasks": line.reasks,
        "reask_cost": dollars(line.reask_cost),
    }


def _shown(day: int) -> str:
    return (EPOCH + timedelta(days=day)).isoformat()
