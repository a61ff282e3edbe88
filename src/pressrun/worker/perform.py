"""One attempt, from claim to outcome: read it aloud."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from random import Random

import msgspec

from pressrun.agents.context import GraphContext
from pressrun.agents.definition import AgentDefinition
from pressrun.agents.outcome import Call as AgentCall
from pressrun.agents.outcome import Result
from pressrun.agents.run import run
from pressrun.agents.submit import JobOptions
from pressrun.errors import FailureCode, PressrunError, RunFailure
from pressrun.jobs import backoff
from pressrun.jobs.job import Claim, Kind
from pressrun.jobs.lanes import DEFAULT_MODEL
from pressrun.jobs.outcome import Again, Call, Completed, Failed, Outcome
from pressrun.knowledge import pages, take_in
from pressrun.knowledge.upload import FileLimits
from pressrun.store.clock import SECOND
from pressrun.system import System
from pressrun.telemetry import log
from pressrun.telemetry.events import JobEvent
from pressrun.worker.health import Health
from pressrun.worker.steps import JobSteps, Stepping

INTERNAL = "Pressrun itself failed; its log has the details under this job's id"

VALUES = msgspec.json.Decoder(dict[str, tuple[str, ...]])
OPTIONS = msgspec.json.Decoder(JobOptions)

UNCHARGED = frozenset({FailureCode.MODEL_RATE_LIMITED, FailureCode.MODEL_QUOTA_EXHAUSTED})
"""Failures that say nothing about the job: the provider asked for patience, or for money."""


class Performer:
    """Carries claims out with a system's agents and models."""

    def __init__(self, system: System, random: Random | None = None) -> None:
        self._system = system
        self._random = random or Random()  # noqa: S311 - spreads a herd, keeps no secret
        self._health = Health()
        self._stepping = Stepping(system.store)
        self._tools = take_in.Tools(
            system.store,
            system.blobs,
            system.extractor,
            system.knowledge,
            pages.rules_of(system.settings),
            FileLimits(system.settings.max_file_bytes, system.settings.max_stored_bytes),
        )

    async def perform(self, claim: Claim, calls: list[Call]) -> Outcome:
        """How the attempt ended; its model calls are appended to `calls`. Raises nothing but its own cancellation."""
        made: list[AgentCall] = []
        steps: list[JobSteps] = []
        started = time.monotonic()
        ends = started + max(0.0, (claim.deadline_at - claim.started_at) / SECOND)
        try:
            async with asyncio.timeout(ends - started):
                outcome: Outcome = await self._completed(claim, made, steps)
        except TimeoutError:
            outcome = Failed(FailureCode.DEADLINE_EXCEEDED, "the deadline passed before the job was done")
        except RunFailure as failure:
            outcome = self._failed(claim, failure, made, ends)
        except PressrunError as error:
            outcome = self._failed(claim, RunFailure(FailureCode.INTERNAL, str(error), retryable=True), made, ends)
        except Exception:  # noqa: BLE001 - a fault of ours ends this job, never the worker
            log.warn(JobEvent.FAILED, job=claim.id, exc_info=True)
            outcome = self._failed(claim, RunFailure(FailureCode.INTERNAL, INTERNAL, retryable=True), made, ends)
        finally:
            counted = [call for one in steps for call in one.counted]
            calls.extend(self._counted(claim, call, counted=any(call is one for one in counted)) for call in made)
        _emit(claim, outcome, time.monotonic() - started)
        return outcome

    async def _completed(self, claim: Claim, made: list[AgentCall], kept: list[JobSteps]) -> Completed:
        """The result, as it is kept, with which model answered each prompt."""
        if claim.kind == Kind.INGEST:
            return Completed(await take_in.perform(self._tools, claim))
        definition = await self._system.definition(claim.organization_id, claim.agent_id, claim.agent_version)
        values = VALUES.decode(claim.inputs)
        options = OPTIONS.decode(claim.options)
        provider = self._system.catalog.provider_for(claim.organization_id)
        steps = None
        if options.fan_out or len(definition.prompts) > 1:
            steps = await self._stepping.of(claim)
            kept.append(steps)
        context = GraphContext(self._system.knowledge, self._system.catalog, claim.organization_id)
        attached = await self._system.attachments.attach(claim.organization_id, definition, values, provider)
        result = await run(
            definition,
            attached.values,
            attached.provider,
            made,
            fan_out=options.fan_out,
            steps=steps,
            context=context,
        )
        answered = _answered(definition, steps.models if steps else {}, made)
        return Completed(payload(result, answered, attached.notes), attached.notes)

    def _counted(self, claim: Claim, made: AgentCall, *, counted: bool) -> Call:
        name = claim.organization_id, made.model or DEFAULT_MODEL
        failing = made.failure_code == FailureCode.MODEL_UNAVAILABLE
        outage = failing and self._health.is_failing_for_all(name, claim.id)
        call = made.as_counted(outage=outage, counted=counted)
        self._health.note(name, claim.id, call)
        return call

    def _failed(self, claim: Claim, failure: RunFailure, made: list[AgentCall], ends: float) -> Outcome:
        """Another attempt, if the failure may pass, attempts are left, and the wait ends before the deadline.

        `ends` is the deadline on the monotonic clock: the host's own may jump.
        """
        if not failure.retryable:
            return Failed(failure.code, failure.message)
        if self._is_charged(claim, failure, made):
            errors = claim.errors + 1
            if errors >= claim.max_attempts:
                return Failed(failure.code, f"{failure.message} (gave up after {errors} attempts)")
            again = Again(backoff.wait_s(errors, failure.retry_after_s, self._random), failure.code, failure.message)
        else:
            wait_s = backoff.uncharged_wait_s(claim.attempts, failure.retry_after_s, self._random)
            again = Again(wait_s, failure.code, failure.message, charged=False)
        if time.monotonic() + again.wait_s >= ends:
            return Failed(failure.code, f"{failure.message} (the deadline allows no further attempt)")
        return again

    def _is_charged(self, claim: Claim, failure: RunFailure, made: list[AgentCall]) -> bool:
        if failure.outage or failure.code in UNCHARGED:
            return False
        if failure.code != FailureCode.MODEL_UNAVAILABLE or not made:
            return True
        name = claim.organization_id, made[-1].model or DEFAULT_MODEL
        return not self._health.is_failing_for_all(name, claim.id)


def _answered(definition: AgentDefinition, earlier: Mapping[str, str], made: Sequence[AgentCall]) -> dict[str, str]:
    """The model that answered each prompt; several, with commas between, where values of a fan-out had others."""
    found: dict[str, dict[str, None]] = {prompt.name: {} for prompt in definition.prompts}
    for step, model in earlier.items():  # named by the number of its prompt, after that of its value if it has one
        found[definition.prompts[int(step.rpartition(".")[2])].name][model] = None
    for call in made:
        if call.failure_code is None:
            found[call.prompt][call.resolved or call.model or DEFAULT_MODEL] = None
    return {name: ", ".join(models) for name, models in found.items()}


def payload(result: Result, answered: Mapping[str, str] | None = None, notes: Sequence[str] = ()) -> bytes:
    """A result as it is kept: JSON."""
    return msgspec.json.encode(
        {
            "title": result.title,
            "suggestion": result.suggestion,
            "prompts": dict(result.prompts),
            **({"models": answered} if answered else {}),
            **({"notes": notes} if notes else {}),
            **({} if result.results is None else {"results": result.results}),
            **({} if result.sources is None else {"sources": [one.as_data() for one in result.sources]}),
        }
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
