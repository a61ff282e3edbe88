"""One answer from the first of a prompt's models that can give one now; every call is counted, however it ends."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Self

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
        with _PassingOn(failures), _Counted(asked, question, calls, clock) as counted:
            counted.answered = await provider.complete(question)
            return counted.answered
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
        with _PassingOn(failures):
            with _Counted(asked, question, calls, clock) as counted:
                async with _closing(provider.stream(question)) as pieces:
                    async for piece in pieces:
                        if isinstance(piece, Answer):
                            answered = counted.answered = piece
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


class _PassingOn:
    """Keeps failures that say that a model cannot serve now, and lets all others through."""

    __slots__ = ("_failures",)

    def __init__(self, failures: list[RunFailure]) -> None:
        self._failures = failures

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> bool:
        if not isinstance(error, RunFailure) or error.code not in PASSED_ON:
            return False
        self._failures.append(error)
        return True


def _worth_telling(failures: list[RunFailure]) -> RunFailure:
    """The first failure that may pass, or the last one; with the wait for the first model that can serve again."""
    told = next((failure for failure in failures if failure.retryable), failures[-1])
    waits = [failure.retry_after_s for failure in failures if failure.retryable]
    if len(failures) > 1 and told.retryable:
        told.retry_after_s = min((wait for wait in waits if wait is not None), default=None)
    return told


class _Counted:
    """Puts the call on the list however it ends: what was asked may have to be paid for.

    A class of its own, as it costs each call a third of what a generator does.
    """

    __slots__ = ("_asked", "_calls", "_clock", "_question", "_started_s", "answered")

    def __init__(self, asked: Asked, question: Question, calls: list[Call], clock: Clock) -> None:
        self._asked = asked
        self._question = question
        self._calls = calls
        self._clock = clock
        self._started_s = 0.0
        self.answered: Answer | None = None

    def __enter__(self) -> Self:
        self._started_s = self._clock()
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if error is None:
            self._record(None)
        elif isinstance(error, RunFailure):
            if error.called:
                self._record(error.code, outage=error.outage, resolved=error.model)
        elif isinstance(error, asyncio.CancelledError | GeneratorExit):
            self._record(FailureCode.CANCELLED)
        else:
            self._record(FailureCode.INTERNAL)

    def _record(self, failure: str | None, *, outage: bool = False, resolved: str | None = None) -> None:
        answered, question = self.answered, self._question
        self._calls.append(
            Call(
                prompt=self._asked.prompt,
                model=question.model,
                started_s=self._started_s,
                duration_s=self._clock() - self._started_s,
                usage=answered.usage if answered else Usage(),
                finish_reason=answered.finish_reason if answered else None,
                request_id=answered.request_id if answered else None,
                failure_code=failure,
                outage=outage,
                resolved=answered.model if answered else resolved,
                cost=answered.cost if answered else 0,
                reask=self._asked.reask,
            )
        )


@asynccontextmanager
async def _closing(pieces: AsyncIterator[str | Answer]) -> AsyncIterator[AsyncIterator[str | Answer]]:
    """Ends the provider's stream with ours, so that a listener who leaves frees the model at once."""
    try:
        yield pieces
    finally:
        if isinstance(pieces, AsyncGenerator):
            await pieces.aclose()
