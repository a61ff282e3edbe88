"""One answer from the first of a prompt's models that can give one now; every call is counted, however it ends."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace

from pressrun.agents.outcome import Call
from pressrun.errors import FailureCode, RunFailure
from pressrun.models.provider import Answer, Provider, Question, Usage

Clock = Callable[[], float]

PASSED_ON = frozenset(
    {
        FailureCode.MODEL_RATE_LIMITED,
        FailureCode.MODEL_QUOTA_EXHAUSTED,
        FailureCode.MODEL_UNAVAILABLE,
        FailureCode.MODEL_TIMEOUT,
    }
)
"""Failures that say that a model cannot serve now, so that the next one is asked."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is asked what for which prompt; `models` in order of preference (None: the default one)."""

    prompt: str
    models: Sequence[str | None]
    question: Question
    reask: bool = False

    @property
    def questions(self) -> Iterator[Question]:
        """The question to each model in turn; only the last one may wait until its limits permit the call."""
        for number, model in enumerate(self.models, 1):
            may_wait = number == len(self.models)
            same = self.question.model == model and self.question.may_wait == may_wait
            yield self.question if same else replace(self.question, model=model, may_wait=may_wait)


async def answer(asked: Asked, provider: Provider, calls: list[Call], clock: Clock) -> Answer:
    """The whole answer; every call made is appended to `calls`. Raises RunFailure."""
    failures: list[RunFailure] = []
    for question in asked.questions:
        with _passing_on(failures):
            async with _counted(asked, question, calls, clock) as count:
                answered = await provider.complete(question)
                count(answered)
            return answered
    raise _worth_telling(failures)


async def answer_in_pieces(
    asked: Asked, provider: Provider, calls: list[Call], clock: Clock
) -> AsyncGenerator[str, None]:
    """The text of the answer as it arrives; see `answer_stream`."""
    async with aclosing(answer_stream(asked, provider, calls, clock)) as items:
        async for item in items:
            if isinstance(item, str):
                yield item


async def answer_stream(
    asked: Asked, provider: Provider, calls: list[Call], clock: Clock
) -> AsyncGenerator[str | Answer, None]:
    """The text of the answer as it arrives, then the whole of it, which is counted by then; raises RunFailure.

    The next model is asked only while nothing has arrived.
    """
    failures: list[RunFailure] = []
    begun = False
    for question in asked.questions:
        answered: Answer | None = None
        done = False
        with _passing_on(failures):
            async with (
                _counted(asked, question, calls, clock) as count,
                _closing(provider.stream(question)) as pieces,
            ):
                async for piece in pieces:
                    if isinstance(piece, Answer):
                        answered = piece
                        count(piece)
                    else:
                        begun = True
                        yield piece
                if answered is None:
                    raise RunFailure(FailureCode.MODEL_UNAVAILABLE, "the model's answer broke off", retryable=True)
            done = True
        if done and answered is not None:
            yield answered
            return
        if begun:
            break
    raise _worth_telling(failures)


@contextmanager
def _passing_on(failures: list[RunFailure]) -> Iterator[None]:
    try:
        yield
    except RunFailure as failure:
        if failure.code not in PASSED_ON:
            raise
        failures.append(failure)


def _worth_telling(failures: list[RunFailure]) -> RunFailure:
    """The first failure that may pass, or the last one; with the wait for the first model that can serve again."""
    told = next((failure for failure in failures if failure.retryable), failures[-1])
    waits = [failure.retry_after_s for failure in failures if failure.retryable]
    if len(failures) > 1 and told.retryable:
        told.retry_after_s = min((wait for wait in waits if wait is not None), default=None)
    return told


@asynccontextmanager
async def _counted(
    asked: Asked, question: Question, calls: list[Call], clock: Clock
) -> AsyncIterator[Callable[[Answer], None]]:
    """Puts the call on the list however it ends: what was asked may have to be paid for."""
    started = clock()
    answers: list[Answer] = []

    def record(failure: str | None, *, outage: bool = False, resolved: str | None = None) -> None:
        answered = answers[-1] if answers else None
        calls.append(
            Call(
                prompt=asked.prompt,
                model=question.model,
                started_s=started,
                duration_s=clock() - started,
                usage=answered.usage if answered else Usage(),
                finish_reason=answered.finish_reason if answered else None,
                request_id=answered.request_id if answered else None,
                failure_code=failure,
                outage=outage,
                resolved=answered.model if answered else resolved,
                cost=answered.cost if answered else 0,
                reask=asked.reask,
            )
        )

    try:
        yield answers.append
    except RunFailure as failure:
        if failure.called:
            record(failure.code, outage=failure.outage, resolved=failure.model)
        raise
    except (asyncio.CancelledError, GeneratorExit):
        record(FailureCode.CANCELLED)
        raise
    except BaseException:
        record(FailureCode.INTERNAL)
        raise
    record(None)


@asynccontextmanager
async def _closing(pieces: AsyncIterator[str | Answer]) -> AsyncIterator[AsyncIterator[str | Answer]]:
    """Ends the provider's stream with ours, so that a listener who leaves frees the model at once."""
    try:
        yield pieces
    finally:
        if isinstance(pieces, AsyncGenerator):
            await pieces.aclose()
