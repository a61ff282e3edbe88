"""One attempt, from claim to ending: read it aloud."""

import asyncio
import time
from random import Random

import msgspec

from pressrun.agents.outcome import Call as AgentCall
from pressrun.agents.outcome import Result
from pressrun.agents.run import run
from pressrun.agents.submit import JobOptions
from pressrun.errors import FailureCode, PressrunError, RunFailure
from pressrun.jobs import backoff
from pressrun.jobs.job import Claim
from pressrun.jobs.outcome import Again, Call, Completed, Ending, Failed, Outcome
from pressrun.store.clock import SECOND
from pressrun.system import System
from pressrun.telemetry import log
from pressrun.telemetry.events import JobEvent

INTERNAL = "Pressrun itself failed; its log has the details under this job's id"


class Performer:
    """Carries claims out with a system's agents and models."""

    def __init__(self, system: System, random: Random | None = None) -> None:
        self._system = system
        self._random = random or Random()  # noqa: S311 - spreads a herd, keeps no secret

    async def perform(self, claim: Claim) -> Ending:
        """How the attempt ended; raises nothing but its own cancellation."""
        calls: list[AgentCall] = []
        started = time.monotonic()
        ends = started + max(0.0, (claim.deadline_at - claim.started_at) / SECOND)
        try:
            async with asyncio.timeout(ends - started):
                result = await self._run(claim, calls)
        except TimeoutError:
            outcome: Outcome = Failed(FailureCode.DEADLINE_EXCEEDED, "the deadline passed before the job was done")
        except RunFailure as failure:
            outcome = self._failed(claim, failure, ends)
        except PressrunError as error:
            outcome = self._failed(claim, RunFailure(FailureCode.INTERNAL, str(error), retryable=True), ends)
        except Exception:  # noqa: BLE001 - a fault of ours ends this job, never the worker
            log.warn(JobEvent.FAILED, job=claim.id, exc_info=True)
            outcome = self._failed(claim, RunFailure(FailureCode.INTERNAL, INTERNAL, retryable=True), ends)
        else:
            outcome = Completed(payload(result))
        _emit(claim, outcome, time.monotonic() - started)
        return Ending(outcome, [_counted(call) for call in calls])

    async def _run(self, claim: Claim, calls: list[AgentCall]) -> Result:
        definition = await self._system.definition(claim.organization_id, claim.agent_id, claim.agent_version)
        values = msgspec.json.decode(claim.inputs, type=dict[str, tuple[str, ...]])
        options = msgspec.json.decode(claim.options, type=JobOptions)
        provider = self._system.catalog.provider_for(claim.organization_id)
        return await run(definition, values, provider, calls, fan_out=options.fan_out)

    def _failed(self, claim: Claim, failure: RunFailure, ends: float) -> Outcome:
        """Another attempt, if the failure may pass, attempts are left, and the wait ends before the deadline.

        `ends` is the deadline on the monotonic clock: the host's own may jump.
        """
        errors = claim.errors + 1
        if not failure.retryable:
            return Failed(failure.code, failure.message)
        if errors >= claim.max_attempts:
            return Failed(failure.code, f"{failure.message} (gave up after {errors} attempts)")
        wait_s = backoff.wait_s(errors, failure.retry_after_s, self._random)
        if time.monotonic() + wait_s >= ends:
            return Failed(failure.code, f"{failure.message} (the deadline allows no further attempt)")
        return Again(wait_s, failure.code, failure.message)


def payload(result: Result) -> bytes:
    """A result as it is kept: JSON."""
    return msgspec.json.encode(
        {
            "title": result.title,
            "suggestion": result.suggestion,
            "prompts": dict(result.prompts),
            **({} if result.results is None else {"results": result.results}),
        }
    )


def _counted(call: AgentCall) -> Call:
    return Call(
        call.model or "default",
        call.failure_code or "completed",
        call.duration_s,
        call.usage.prompt_tokens,
        call.usage.completion_tokens,
    )


EVENTS = {Completed: JobEvent.COMPLETED, Failed: JobEvent.FAILED, Again: JobEvent.RETRY_SCHEDULED}


def _emit(claim: Claim, outcome: Outcome, duration_s: float) -> None:
    fields = {"job": claim.id, "agent": claim.agent_id, "attempt": claim.attempts, "duration_s": round(duration_s, 3)}
    match outcome:
        case Failed(code, message) | Again(_, code, message):
            fields |= {"error_code": code, "error": message}
        case _:
            pass
    log.emit(EVENTS[type(outcome)], **fields)
