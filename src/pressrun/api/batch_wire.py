"""From batches to JSON: their words, their counts, their money."""

from collections.abc import Sequence
from typing import Any

from pressrun.api.wire import maybe_timestamp, timestamp
from pressrun.batches.batch import Batch
from pressrun.jobs.batch_lanes import BASIS_POINTS
from pressrun.money import CURRENCY, dollars


def batch(record: Batch, errors: Sequence[tuple[str, int]] = ()) -> dict[str, Any]:
    """A batch: `counts` always come to its `total`."""
    counts, options = record.counts, record.options
    return {
        "id": record.id,
        "application_id": record.agent_id,
        "agent_version": record.agent_version,
        "name": record.name,
        "state": record.state,
        "pause_code": record.pause_code,
        "paused_reason": record.pause_reason,
        "cancel_requested": record.cancel_requested > 0,
        "retrying": record.retrying is not None,
        "counts": _counts(record),
        "errors": [{"error_code": code, "rows": rows} for code, rows in errors],
        "reused": counts.reused,
        "usage": {
            "prompt_tokens": counts.prompt_tokens,
            "completion_tokens": counts.completion_tokens,
            "total_tokens": counts.prompt_tokens + counts.completion_tokens,
        },
        "cost": dollars(counts.cost),
        "max_cost": dollars(record.max_cost),
        "currency": CURRENCY,
        "columns": record.columns,
        "options": {
            "priority": record.priority,
            "dedupe": options.dedupe,
            "reuse": options.reuse,
            "fan_out": options.fan_out,
            "sample": record.trial_rows if options.sample else 0,
            "canary": 0 if options.sample else record.trial_rows,
            "stop_on_errors": None if record.stop_errors is None else record.stop_errors / BASIS_POINTS,
        },
        "metadata": options.metadata,
        "created_at": timestamp(record.created_at),
        "updated_at": timestamp(record.updated_at),
        "started_at": maybe_timestamp(record.started_at),
        "completed_at": maybe_timestamp(record.completed_at),
        "deadline_at": timestamp(record.deadline_at),
    }


def _counts(record: Batch) -> dict[str, int]:
    counts = record.counts
    return {
        "total": record.rows,
        "queued": record.queued,
        "running": counts.running,
        "waiting": counts.waiting,
        "completed": counts.completed,
        "failed": counts.failed,
        "cancelled": counts.cancelled,
        "invalid": record.invalid,
    }
