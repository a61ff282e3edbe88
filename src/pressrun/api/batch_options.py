"""How a batch is to be run, from the query of its upload or from the object that holds its rows."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import QueryParams

from pressrun.api.json_body import Fields
from pressrun.batches.batch import BatchOptions
from pressrun.errors import Code, PressrunError, Problem
from pressrun.jobs.batch_lanes import BASIS_POINTS
from pressrun.jobs.job import DEFAULT_PRIORITY

LONGEST_NAME = 200
MOST_TRIAL_ROWS = 10_000
DEFAULT_DEADLINE_S = 7 * 86_400
LONGEST_DEADLINE_S = 30 * 86_400
MOST_METADATA = 50
LONGEST_METADATA = 2000
FILE_WORDS = ("format", "encoding", "delimiter", "sheet")
KINDS: tuple[tuple[frozenset[str], Callable[[str], object], str], ...] = (
    (frozenset({"priority", "deadline_s", "sample", "canary"}), int, "a whole number"),
    (frozenset({"dedupe", "reuse", "fan_out"}), {"true": True, "false": False}.__getitem__, "true or false"),
    (frozenset({"map", "metadata"}), json.loads, 'a JSON object, like {"Name": "Product"}'),
)
"""How texts of a query are read into the kinds that JSON has."""

PERCENT = re.compile(r"\s*([0-9]{1,3}(?:\.[0-9]{1,2})?)\s*%\s*")


@dataclass(frozen=True, slots=True)
class UploadOptions:
    """All that may be said beside the rows. `max_cost` is nano-dollars, `stop_errors` a rate in 1/10,000.

    `webhook_url` is not checked yet.
    """

    name: str
    column_map: dict[str, str]
    skips_bad: bool
    options: BatchOptions
    priority: int
    max_cost: int | None
    trial_rows: int
    stop_errors: int | None
    webhook_url: str | None = None


def from_query(query: QueryParams) -> dict[str, Any]:
    """The values of a query in the kinds that JSON would have; raises PressrunError (invalid)."""
    values: dict[str, Any] = {name: text for name, text in query.items() if name not in FILE_WORDS}
    problems = []
    for names, read, what in KINDS:
        for name in names & values.keys():
            try:
                values[name] = read(values[name])
            except (ValueError, KeyError, RecursionError):
                problems.append(Problem(f"{name} must be {what}, not {values[name][:50]!r}", {"field": name}))
    if problems:
        raise PressrunError(Code.INVALID, problems)
    return values


def options_of(values: Mapping[str, Any]) -> UploadOptions:
    """The options, checked; raises PressrunError (invalid) with every fault, names that are not known among them."""
    fields = Fields(dict(values))
    name = fields.take("name", str, "a text", "")
    if len(name) > LONGEST_NAME or "\0" in name:
        fields.fault("name", f"name must have at most {LONGEST_NAME} characters, and no NUL")
    on_bad_rows = fields.word("on_bad_rows", ("refuse", "skip"))
    sample = fields.whole("sample", 0, MOST_TRIAL_ROWS, 0) or 0
    canary = fields.whole("canary", 0, MOST_TRIAL_ROWS, 0) or 0
    if sample and canary:
        fields.fault("canary", "sample and canary cannot both be given: a sample stops for you, a canary goes on")
    priority = fields.whole("priority", 0, 9, DEFAULT_PRIORITY)
    column_map = texts(fields, "map")
    found = UploadOptions(
        name=name,
        column_map=column_map,
        skips_bad=on_bad_rows == "skip",
        options=BatchOptions(
            dedupe=fields.take("dedupe", bool, "true or false", default=True),
            reuse=fields.take("reuse", bool, "true or false", default=False),
            sample=sample > 0,
            fan_out=fields.take("fan_out", bool, "true or false", default=False),
            deadline_s=fields.whole("deadline_s", 1, LONGEST_DEADLINE_S) or DEFAULT_DEADLINE_S,
            metadata=texts(fields, "metadata"),
            column_map=column_map,
        ),
        priority=DEFAULT_PRIORITY if priority is None else priority,
        max_cost=fields.money("max_cost"),
        trial_rows=sample or canary,
        stop_errors=_rate(fields, "stop_on_errors"),
        webhook_url=fields.take("webhook_url", str, "a text"),
    )
    fields.done(closed=True)
    return found


def _rate(fields: Fields, name: str) -> int | None:
    """A rate as a share of 1, or as a text with a percent sign."""
    value = fields.take(name, (int, float, str), 'a share like 0.05 or "5%"')
    if value is None:
        return None
    try:
        percent = PERCENT.fullmatch(value) if isinstance(value, str) else None
        share = float(percent[1]) / 100 if percent else float(value)
    except ValueError:
        share = -1.0
    if isinstance(value, bool) or not 0 <= share <= 1:
        fields.fault(name, f'{name} must be a share between 0 and 1, or a text like "5%"')
        return None
    return round(share * BASIS_POINTS)


def texts(fields: Fields, name: str) -> dict[str, str]:
    """An object whose values are texts."""
    found: dict[str, Any] = fields.take(name, dict, "an object of texts", {})
    if len(found) > MOST_METADATA and name == "metadata":
        fields.fault(name, f"metadata has more than {MOST_METADATA} entries")
    for key, value in found.items():
        if not isinstance(value, str) or len(key) + len(value) > LONGEST_METADATA:
            fields.fault(name, f"{name}.{key[:50]} must be a text of at most {LONGEST_METADATA} characters")
            return {}
    return found
