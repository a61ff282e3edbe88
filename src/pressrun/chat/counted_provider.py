"""A provider whose calls are put on a list, for those who ask models on the way to an answer."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from pressrun.agents.answering import Asked, Clock, answer, answer_stream
from pressrun.agents.outcome import Call
from pressrun.models.provider import Answer, Provider, Question


class CountedProvider(Provider):
    """Asks `provider`, and appends every call to `calls`, named as for the prompt `name`."""

    def __init__(self, provider: Provider, name: str, calls: list[Call], clock: Clock) -> None:
        self._provider = provider
        self._name = name
        self._calls = calls
        self._clock = clock

    async def complete(self, question: Question) -> Answer:
        return await answer(self._asked(question), self._provider, self._calls, self._clock)

    async def stream(self, question: Question) -> AsyncGenerator[str | Answer]:
        async with aclosing(answer_stream(self._asked(question), self._provider, self._calls, self._clock)) as items:
            async for item in items:
                yield item

    async def close(self) -> None:
        """Whoever opened the provider closes it."""

    def _asked(self, question: Question) -> Asked:
        return Asked(self._name, (question.model,), question)
