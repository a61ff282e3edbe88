"""From records to Writer's JSON: the only place that knows Writer's words."""

from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.responses import Response

from pressrun.agents.agent import Agent
from pressrun.agents.definition import AgentDefinition
from pressrun.agents.input_kinds import DropdownInput, FileInput, Input, MediaInput, TextInput
from pressrun.agents.submit import JobOptions
from pressrun.jobs.history import TimelineEntry
from pressrun.jobs.job import OPEN, Job, Phase, State
from pressrun.jobs.reason import PLACES
from pressrun.money import CURRENCY, dollars
from pressrun.store.clock import iso

STATUS_PHASES = {"in_progress": Phase.OPEN, "completed": Phase.COMPLETED, "failed": Phase.FAILED}

QUEUED_REASONS = {
    State.QUEUED: PLACES,
    State.WAITING: "waiting to try again",
}


def timestamp(microseconds: int) -> str:
    """ISO 8601 in UTC with microseconds, as Writer's own."""
    return iso(microseconds)


def maybe_timestamp(microseconds: int | None) -> str | None:
    """The same for a time that may not have come."""
    return None if microseconds is None else timestamp(microseconds)


def answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer."""
    return Response(msgspec.json.encode(value), status, headers, "application/json")


def status_of(state: State) -> str:
    """A state in Writer's three words; a cancelled job is a failed one."""
    if state in OPEN:
        return "in_progress"
    return "completed" if state == State.COMPLETED else "failed"


def job(record: Job, reason: str | None = None) -> dict[str, Any]:
    """A job: Writer's eight keys, always all of them, then what Pressrun adds; `reason` tells why it is queued."""
    options = msgspec.json.decode(record.options, type=JobOptions)
    return {
        "id": record.id,
        "status": status_of(record.state),
        "application_id": record.agent_id,
        "created_at": timestamp(record.created_at),
        "updated_at": timestamp(record.updated_at),
        "completed_at": maybe_timestamp(record.completed_at),
        "data": _data(record),
        "error": record.error if status_of(record.state) == "failed" else None,
        "state": record.state,
        "agent_version": record.agent_version,
        "attempts": record.attempts,
        "generation": record.generation,
        "error_code": record.error_code,
        "queued_reason": reason or _queued_reason(record),
        "usage": {
            "prompt_tokens": record.prompt_tokens,
            "completion_tokens": record.completion_tokens,
            "total_tokens": record.prompt_tokens + record.completion_tokens,
            "cached_prompt_tokens": record.cached_prompt_tokens,
            "unpriced_calls": record.unpriced_calls,
            "reasks": record.reasks,
            "reask_cost": dollars(record.reask_cost),
        },
        "cost": cost_of(record),
        "currency": CURRENCY,
        "priority": record.priority,
        "started_at": maybe_timestamp(record.started_at),
        "deadline_at": timestamp(record.deadline_at),
        "cancel_requested": record.cancel_requested,
        "metadata": options.metadata,
        "inputs": [
            {"id": name, "value": value} for name, value in msgspec.json.decode(record.inputs, type=dict).items()
        ],
        "batch_id": record.batch_id or None,
        "row": record.batch_row,
        "reused_from": record.same_as if record.state == State.COMPLETED else None,
    }


def cost_of(record: Job) -> float | None:
    """Dollars; None where nothing was asked yet, or a call was made whose cost nobody knows."""
    return None if record.unpriced_calls else dollars(record.cost)


def _data(record: Job) -> dict[str, Any] | None:
    if record.state != State.COMPLETED or record.result is None:
        return None
    result: dict[str, Any] = msgspec.json.decode(record.result)
    return result


def _queued_reason(record: Job) -> str | None:
    reason = QUEUED_REASONS.get(record.state)
    if record.state == State.WAITING and record.same_as is not None:
        return f"waiting for the result of job {record.same_as}, which has the same inputs"
    if record.state == State.WAITING:
        return f"{reason} at {timestamp(record.run_at)}: {record.error}"
    return reason


def created_job(job_id: str, agent_id: str, created_at: int, status: str = "in_progress") -> dict[str, Any]:
    """What creating and retrying answer: Writer's guide says job_id, its clients say id."""
    return {
        "id": job_id,
        "job_id": job_id,
        "application_id": agent_id,
        "status": status,
        "created_at": timestamp(created_at),
    }


def event(entry: TimelineEntry) -> dict[str, Any]:
    """One line of a job's timeline."""
    return {
        "seq": entry.seq,
        "at": timestamp(entry.at),
        "event": entry.event,
        "generation": entry.generation,
        "attempt": entry.attempt,
        "data": entry.data,
    }


def application(agent: Agent, definition: AgentDefinition, deployed_digest: str | None = None) -> dict[str, Any]:
    """An agent: `definition` is that of its deployed version, or its draft when there is none."""
    return {
        "id": agent.id,
        "name": definition.name,
        "type": "generation",
        "status": "deployed" if agent.deployed else "draft",
        "inputs": [_input(declared) for declared in definition.inputs],
        "created_at": timestamp(agent.created_at),
        "updated_at": timestamp(agent.updated_at),
        "last_deployed_at": maybe_timestamp(agent.last_deployed_at),
        "alias": agent.alias,
        "deployed_version": agent.deployed_version,
        "last_version": agent.last_version,
        "draft_changed": agent.draft_digest != deployed_digest,
        "draft_digest": agent.draft_digest,
        "draft_saved_at": timestamp(agent.draft_saved_at),
    }


def _input(declared: Input) -> dict[str, Any]:
    return {
        "name": declared.name,
        "input_type": declared.type,
        "required": declared.required,
        **({"description": declared.description} if declared.description else {}),
        "options": _options(declared),
    }


def _options(declared: Input) -> dict[str, Any]:
    """Always whole: Writer's client takes an incomplete file object for a dropdown."""
    match declared:
        case TextInput():
            return {"min_fields": declared.min_fields, "max_fields": declared.max_fields}
        case DropdownInput():
            return {"list": list(declared.options)}
        case FileInput():
            return {
                "max_files": declared.max_files,
                "file_types": list(declared.file_types),
                "max_word_count": declared.max_word_count,
                "max_file_size_mb": declared.max_file_size_mb,
                "upload_types": list(declared.upload_types),
            }
        case MediaInput():
            return {"file_types": list(declared.file_types), "max_image_size_mb": declared.max_image_size_mb}
