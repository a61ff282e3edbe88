"""A model that answers from a script: for tests, demonstrations and dry runs. It never leaves the process."""

import asyncio
import re
from collections.abc import AsyncGenerator, Awaitable, Callable

from pressrun.models.provider import Answer, Provider, Question, Usage
from pressrun.models.refusals import OUTAGE_STATUSES, Peer, classify
from pressrun.models.script import Fail, Rule, read_script

Sleep = Callable[[float], Awaitable[None]]
"""Waits for a number of seconds."""

PIECE = re.compile(r"\s*\S+\s*|\s+")


class Scripted(Provider):
    """Answers by the first rule that matches the last user message; gives that message back when none does.

    `script` is YAML or JSON (see `script.read_script`, whose errors it raises); None always gives the prompt back.
    """

    def __init__(self, script: bytes | None = None, *, sleep: Sleep = asyncio.sleep) -> None:
        self._rules = read_script(script) if script is not None else ()
        self._used = [0] * len(self._rules)
        self._sleep = sleep

    async def complete(self, question: Question) -> Answer:
        prompt = next((each.content for each in reversed(question.messages) if each.role == "user"), "")
        rule = self._choose(prompt)
        if rule.delay_s:
            await self._sleep(rule.delay_s)
        if rule.fail:
            raise _failure(question, rule.fail)
        text = prompt if rule.answer is None else rule.answer.replace("{prompt}", prompt)
        return Answer(text, rule.usage or _count(question, text))

    async def stream(self, question: Question) -> AsyncGenerator[str | Answer]:
        answer = await self.complete(question)
        for piece in PIECE.findall(answer.text):
            yield piece
        yield answer

    async def close(self) -> None:
        """There is nothing to let go of."""

    def _choose(self, prompt: str) -> Rule:
        for number, rule in enumerate(self._rules):
            if rule.times is not None and self._used[number] >= rule.times:
                continue
            if rule.pattern is None or rule.pattern.search(prompt):
                self._used[number] += 1
                return rule
        return Rule()


def _failure(question: Question, fail: Fail) -> Exception:
    code, retryable = classify(fail.status, frozenset({fail.word} if fail.word else ()))
    wait_s = fail.retry_after_s if retryable else None
    what = f"answered {fail.status}: {fail.message}"
    outage = retryable and fail.status in OUTAGE_STATUSES
    return Peer(question.model, "scripted").failure(
        code, what, retryable=retryable, retry_after_s=wait_s, outage=outage
    )


def _count(question: Question, text: str) -> Usage:
    return Usage(sum(len(message.content.split()) for message in question.messages), len(text.split()))
