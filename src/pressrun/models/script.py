"""What a scripted model says: a list of rules in YAML or JSON, of which the first that matches answers."""

import json
import re
from dataclasses import dataclass
from typing import Any

from pressrun.errors import Code, PressrunError, Problem
from pressrun.models.provider import ToolCall, Usage
from pressrun.models.retry_after import LONGEST_S

LONGEST_SCRIPT_BYTES = 2**16
LONGEST_DELAY_S = 3600.0
LARGEST_COUNT = 10**9
RULE_FIELDS = ("match", "regex", "images", "answer", "call", "fail", "delay_s", "piece_s", "usage", "times")
FAIL_FIELDS = ("status", "retry_after", "message", "code")
USAGE_FIELDS = ("prompt_tokens", "completion_tokens")
CALL_FIELDS = ("name", "arguments")


@dataclass(frozen=True, slots=True)
class Fail:
    """A provider's refusal: an HTTP status, its message and code word, and the wait it asks for in seconds."""

    status: int
    message: str
    word: str | None
    retry_after_s: float | None


@dataclass(frozen=True, slots=True)
class Rule:
    """Answers (or fails) when its pattern is found in the prompt; at most `times` times, None for always.

    `answer` None gives the prompt back. `call` calls a tool, if it is offered one of this name. `images`: only a
    question with so many of them is meant. `delay_s` passes before the answer, `piece_s` after each piece of a stream.
    """

    pattern: re.Pattern[str] | None = None
    answer: str | None = None
    call: ToolCall | None = None
    images: int | None = None
    fail: Fail | None = None
    delay_s: float = 0.0
    piece_s: float = 0.0
    usage: Usage | None = None
    times: int | None = None


def read_script(script: bytes) -> tuple[Rule, ...]:
    """The rules of a script; raises PressrunError (invalid) that names every fault by rule and field."""
    if len(script) > LONGEST_SCRIPT_BYTES:
        raise PressrunError(Code.INVALID, f"a script has at most {LONGEST_SCRIPT_BYTES:,} bytes")
    document = _parse(script)
    if not isinstance(document, list):
        raise PressrunError(Code.INVALID, "a script is a list of rules: `- match: hello` / `  answer: Hi, {prompt}`")
    problems: list[Problem] = []
    rules = tuple(
        _rule(_Fields(f"rule {number}", value, RULE_FIELDS, problems)) for number, value in enumerate(document, 1)
    )
    if problems:
        raise PressrunError(Code.INVALID, problems)
    return rules


def _parse(script: bytes) -> Any:
    import yaml  # noqa: PLC0415 - every process knows models, hardly one reads a script

    try:
        return yaml.safe_load(script.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise PressrunError(Code.INVALID, "a script is UTF-8 text") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise PressrunError(Code.INVALID, f"the script is not YAML: {where}{error.problem}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise PressrunError(Code.INVALID, f"the script is not YAML: {error}") from None


def _rule(fields: "_Fields") -> Rule:
    fields.exclude("match", "regex")
    fields.exclude("answer", "fail")
    fields.exclude("call", "fail")
    fail, usage = fields.inner("fail", FAIL_FIELDS), fields.inner("usage", USAGE_FIELDS)
    call = fields.inner("call", CALL_FIELDS)
    return Rule(
        fields.pattern(),
        fields.text("answer"),
        None if call is None else _call(call),
        fields.count("images"),
        None if fail is None else _fail(fail),
        fields.number("delay_s", LONGEST_DELAY_S) or 0.0,
        fields.number("piece_s", LONGEST_DELAY_S) or 0.0,
        None if usage is None else Usage(usage.count(USAGE_FIELDS[0]) or 0, usage.count(USAGE_FIELDS[1]) or 0),
        fields.count("times", 1),
    )


def _call(fields: "_Fields") -> ToolCall:
    if "name" not in fields.values:
        fields.note("name", "is missing: the tool to call")
    arguments = fields.values.get("arguments", {})
    # A text is passed on as it stands, so that a script can write arguments that are no JSON.
    written = arguments if isinstance(arguments, str) else json.dumps(arguments, default=str)
    return ToolCall("", fields.text("name") or "", written)


def _fail(fields: "_Fields") -> Fail:
    status = fields.count("status", 400, 599)
    if status is None and "status" not in fields.values:
        fields.note("status", "is missing: the HTTP status to fail with")
    message = fields.text("message") or "the script says so"
    return Fail(status or 500, message, fields.text("code"), fields.number("retry_after", LONGEST_S))


class _Fields:
    """The fields of one mapping; notes every fault it meets and goes on."""

    def __init__(self, where: str, value: Any, known: tuple[str, ...], problems: list[Problem]) -> None:
        self._where = where
        self._problems = problems
        self.values: dict[str, Any] = {}
        if not isinstance(value, dict):
            problems.append(Problem(f"{where}: must be a mapping with the fields {', '.join(known)}"))
            return
        for name in value.keys() - known:
            self.note(name, f"is unknown; the fields are {', '.join(known)}")
        self.values = {name: value[name] for name in known if value.get(name) is not None}

    def inner(self, name: str, known: tuple[str, ...]) -> "_Fields | None":
        if name not in self.values:
            return None
        return _Fields(f"{self._where}, {name}", self.values[name], known, self._problems)

    def exclude(self, one: str, other: str) -> None:
        if one in self.values and other in self.values:
            self.note(one, f"and `{other}` exclude each other")

    def pattern(self) -> re.Pattern[str] | None:
        literal, expression = self.text("match"), self.text("regex")
        if literal is not None:
            return re.compile(re.escape(literal))
        try:
            return None if expression is None else re.compile(expression, re.DOTALL)
        except (re.error, RecursionError, OverflowError) as error:
            self.note("regex", f"is not a regular expression: {error}")
            return None

    def text(self, name: str) -> str | None:
        value = self.values.get(name)
        if value is None or isinstance(value, str):
            return value
        self.note(name, f"must be text, not {value!r}: put it in quotes")
        return None

    def number(self, name: str, most: float) -> float | None:
        value = self.values.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
            self.note(name, f"must be a number of seconds between 0 and {most:g}")
            return None
        return float(value)

    def count(self, name: str, least: int = 0, most: int = LARGEST_COUNT) -> int | None:
        value = self.values.get(name)
        if value is None or (isinstance(value, int) and not isinstance(value, bool) and least <= value <= most):
            return value
        self.note(name, f"must be a whole number between {least} and {most}")
        return None

    def note(self, name: object, what: str) -> None:
        self._problems.append(Problem(f"{self._where}: `{name}` {what}", {"field": str(name)}))
