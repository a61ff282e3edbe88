"""A model that answers from a script: for tests, demonstrations and dry runs. It never leaves the process."""

import asyncio
import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import replace

from pressrun.models.provider import Answer, Provider, Question, Usage
from pressrun.models.refusals import OUTAGE_STATUSES, Peer, classify
from pressrun.models.script import Fail, Rule, read_script

Sleep = Callable[[float], Awaitable[None]]
"""Waits for a number of seconds."""

ASKING = frozenset({"user", "tool"})

PIECE = re.compile(r"\s*\S+\s*|\s+")


class Scripted(Provider):
    """Answers by the first rule that matches the last message of a user or a tool; gives it back when none does.

    `script` is YAML or JSON (see `script.read_script`, whose errors it raises); None always gives the prompt back.
    """

    def __init__(self, script: bytes | None = None, *, sleep: Sleep = asyncio.sleep) -> None:
        self._rules = read_script(script) if script is not None else ()
        self._used = [0] * len(self._rules)
        self._sleep = sleep

    async def complete(self, question: Question) -> Answer:
        answer, _ = await self._answer(question)
        return answer

    async def stream(self, question: Question) -> AsyncGenerator[str | Answer]:
        answer, piece_s = await self._answer(question)
        for piece in PIECE.findall(answer.text):
            yield piece
            if piece_s:
                await self._sleep(piece_s)
        yield answer

    async def close(self) -> None:
        """There is nothing to let go of."""

    async def _answer(self, question: Question) -> tuple[Answer, float]:
        """The answer, and how long to wait after each piece of it."""
        prompt = next((each.text for each in reversed(question.messages) if each.role in ASKING), "")
        rule = self._choose(prompt, question)
        if rule.delay_s:
            await self._sleep(rule.delay_s)
        if rule.fail:
            raise _failure(question, rule.fail)
        called = () if rule.call is None else (replace(rule.call, id=f"call_{len(question.messages)}"),)
        text = _text(rule, prompt, question)
        usage = rule.usage or _count(question, text)
        return Answer(text, usage, "tool_calls" if called else "stop", tool_calls=called), rule.piece_s

    def _choose(self, prompt: str, question: Question) -> Rule:
        for number, rule in enumerate(self._rules):
            if rule.times is not None and self._used[number] >= rule.times:
                continue
            if rule.call is not None and rule.call.name not in {tool.name for tool in question.tools}:
                continue
            if rule.images is not None and rule.images != len(question.images):
                continue
            if rule.pattern is None or rule.pattern.search(prompt):
                self._used[number] += 1
                return rule
        return Rule()


def _text(rule: Rule, prompt: str, question: Question) -> str:
    if rule.answer is None:
        return "" if rule.call is not None else prompt
    text = rule.answer
    if "{images}" in text:
        text = text.replace("{images}", ", ".join(image.fingerprint for image in question.images))
    return text.replace("{prompt}", prompt)


def _failure(question: Question, fail: Fail) -> Exception:
    code, retryable = classify(fail.status, frozenset({fail.word} if fail.word else ()))
    wait_s = fail.retry_after_s if retryable else None
    what = f"answered {fail.status}: {fail.message}"
    outage = retryable and fail.status in OUTAGE_STATUSES
    return Peer(question.model, "scripted").failure(
        code, what, retryable=retryable, retry_after_s=wait_s, outage=outage
    )


def _count(question: Question, text: str) -> Usage:
    return Usage(sum(len(message.text.split()) for message in question.messages), len(text.split()))
