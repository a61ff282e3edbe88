"""What the provider does with a nonce, by its word: a plan of one answer for each call."""

import hashlib
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from enum import StrEnum

from pressrun.torture import seals
from pressrun.torture.answers import completion

FASTEST_S = 0.05
SLOWEST_S = 0.4
RETRIED_S = 3.0
HUGE_BYTES = 200_000_000
BOMB_BYTES = 50_000_000


class End(StrEnum):
    """How an answer's transfer ends."""

    WHOLE = "whole"
    CUT = "cut"
    HANG = "hang"


@dataclass(frozen=True, slots=True)
class Plan:
    """One answer. `planned` is False where it is a good answer, True where it is an error the caller must bear."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    wait_s: float = 0.0
    end: End = End.WHOLE
    length: int | None = None
    repeat: int = 1
    byte_pause_s: float = 0.0
    planned: bool = False


def latency_s(nonce: str, serial: int) -> float:
    """A latency that is the same in every run: uniform between the fastest and the slowest."""
    number = int.from_bytes(hashlib.sha256(f"{nonce}{serial}".encode()).digest()[:4], "big")
    return FASTEST_S + (SLOWEST_S - FASTEST_S) * number / 2**32


def good(nonce: str, serial: int, wait_s: float | None = None) -> Plan:
    """The answer to a nonce."""
    body = completion(seals.answer(nonce, serial))
    return Plan(body=body, wait_s=latency_s(nonce, serial) if wait_s is None else wait_s)


def error(status: int, headers: dict[str, str] | None = None) -> Plan:
    """A refusal."""
    body = b'{"error": {"message": "planned by the auditor", "type": "planned"}}'
    return Plan(status, body, headers or {}, wait_s=FASTEST_S, planned=True)


def _date(offset_s: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=offset_s), usegmt=True)


RETRY_AFTER: dict[str, Callable[[], dict[str, str]]] = {
    "rasecond": lambda: {"Retry-After": "1"},
    "radate": lambda: {"Retry-After": _date(2)},
    "rapast": lambda: {"Retry-After": _date(-86_400)},
    "ranegative": lambda: {"Retry-After": "-5"},
    "rawords": lambda: {"Retry-After": "abc"},
    "rahuge": lambda: {"Retry-After": "1e9"},
    "raabsent": dict,
}
"""The headers of a 429."""

TIMED = re.compile(r"(?P<kind>ms|first|once|always|retry)(?P<number>\d+)")


def plan(nonce: str, serial: int) -> Plan:
    """What to do with the `serial`-th call of a nonce.

    ms300 answers after 300 ms; first3000 takes 3 s for the first call alone; once503 refuses once, always400 always;
    retry400 refuses once and then takes 3 s.
    """
    word = seals.word_of(nonce)
    if found := TIMED.fullmatch(word):
        return _timed(nonce, serial, found["kind"], int(found["number"]))
    if serial == 1 and word in RETRY_AFTER:
        return error(429, RETRY_AFTER[word]())
    if serial == 1 and word in BROKEN:
        return BROKEN[word](nonce)
    if word in BROKEN_FOR_EVER:
        return BROKEN_FOR_EVER[word](nonce)
    return good(nonce, serial)


def _timed(nonce: str, serial: int, kind: str, number: int) -> Plan:
    if kind == "ms":
        return good(nonce, serial, number / 1000)
    if kind == "first":  # long enough that something can happen to it
        return good(nonce, serial, number / 1000 if serial == 1 else FASTEST_S)
    if kind == "always" or serial == 1:
        return error(number)
    return good(nonce, serial, RETRIED_S if kind == "retry" else None)


def _cut(nonce: str) -> Plan:
    body = completion(seals.answer(nonce, 1))
    return Plan(body=body[: len(body) // 2], length=len(body), end=End.CUT, planned=True)


def _stall(nonce: str) -> Plan:
    body = completion(seals.answer(nonce, 1))
    return Plan(body=body[: len(body) // 2], length=len(body), end=End.HANG, planned=True)


def _drip(nonce: str) -> Plan:
    return Plan(body=completion(seals.answer(nonce, 1)), byte_pause_s=1.0, planned=True)


def _too_long(nonce: str) -> Plan:
    body = completion(seals.answer(nonce, 1))
    return Plan(body=body, length=len(body) + 100, end=End.CUT, planned=True)


def _garbage(_nonce: str) -> Plan:
    return Plan(body=b'{"choices": [{"message": {"content": "half a', planned=True)


def _empty(_nonce: str) -> Plan:
    return Plan(body=b"", planned=True)


def _hang(_nonce: str) -> Plan:
    return Plan(end=End.HANG, planned=True)


def _huge(_nonce: str) -> Plan:
    return Plan(body=b"x" * 1_000_000, repeat=HUGE_BYTES // 1_000_000, planned=True)


def _bomb(_nonce: str) -> Plan:
    body = zlib.compress(completion("x" * BOMB_BYTES), 9, 31)
    return Plan(body=body, headers={"Content-Encoding": "gzip"}, planned=True)


BROKEN = {
    "cut": _cut,
    "stall": _stall,
    "drip": _drip,
    "toolong": _too_long,
    "garbage": _garbage,
    "empty": _empty,
    "hang": _hang,
}
"""Broken once, good the second time."""

BROKEN_FOR_EVER = {"huge": _huge, "bomb": _bomb}
