"""The checker passes a good history and flags every one of these, each by the number that is meant for it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from pressrun.torture import seals
from pressrun.torture.checker import check
from pressrun.torture.history import Act, Call, History, Submit, Window
from pressrun.torture.records import FinalJob, Hook, Polled
from tests.torture import good_history as good


def job(history: History, job_id: str, **changes: Any) -> History:
    """The history with one final job changed."""
    assert any(one.id == job_id for one in history.jobs)
    jobs = (msgspec.structs.replace(one, **changes) if one.id == job_id else one for one in history.jobs)
    return replace(history, jobs=tuple(jobs))


def without(history: History, job_id: str) -> History:
    return replace(history, jobs=tuple(one for one in history.jobs if one.id != job_id))


def more(history: History, **additions: Any) -> History:
    """The history with more of something."""
    longer: dict[str, Any] = {name: (*getattr(history, name), value) for name, value in additions.items()}
    return replace(history, **longer)


def texts(history: History, job_id: str, *found: str) -> History:
    return job(history, job_id, texts=found)


def hooks(history: History, change: Callable[[tuple[Hook, ...]], tuple[Hook, ...]]) -> History:
    assert history.hooks is not None
    return replace(history, hooks=change(history.hooks))


def lines(history: History, job_id: str, changes: dict[int, dict[str, Any] | None]) -> History:
    """The history with lines of a timeline changed, by their numbers, or left out."""
    assert any(one.job_id == job_id for one in history.events)
    changed = [(one, changes.get(one.seq, {}) if one.job_id == job_id else {}) for one in history.events]
    kept = tuple(msgspec.structs.replace(one, **change) for one, change in changed if change is not None)
    return replace(history, events=kept)


def submit(history: History, nonce: str, **changes: Any) -> History:
    return replace(
        history,
        submits=tuple(replace(one, **changes) if one.nonces == (nonce,) else one for one in history.submits),
    )


def late(job_id: str, state: str, generation: int = 1, digest: str = "") -> Polled:
    return Polled(18, 18.1, job_id, 200, state, generation, digest)


ANSWER = seals.answer(good.PLAIN, 1)
TWIN = good.completed("j-twin", good.PLAIN)

CORRUPTED: dict[str, tuple[str, Callable[[History], History]]] = {
    "an accepted job is gone": ("lost", lambda h: without(h, "j-plain")),
    "an accepted job never ended": ("lost", lambda h: job(h, "j-keyed", state="running", texts=None)),
    "a job whose client never heard of it never ended": ("lost", lambda h: job(h, "j-unknown", state="waiting")),
    "a refused request made a job": ("phantom", lambda h: more(h, jobs=good.completed("j-x", good.REFUSED))),
    "a job nobody asked for": ("phantom", lambda h: more(h, jobs=good.completed("j-x", seals.nonce("ok", "x")))),
    "a job has the inputs of another": ("phantom", lambda h: job(h, "j-plain", nonces=(good.KEYED,))),
    "an accepted request made two jobs": ("phantom", lambda h: more(h, jobs=TWIN)),
    "one key made two jobs": ("dup_by_key", lambda h: more(h, jobs=good.completed("j-x", good.KEYED))),
    "one key with two bodies made two jobs": (
        "dup_by_key",
        lambda h: more(
            h,
            submits=good.submitted("j-x", good.ABORTED + "x", t=1, key="k"),
            jobs=good.completed("j-x", good.ABORTED + "x"),
        ),
    ),
    "one unanswered request made two jobs": (
        "unknown_multi",
        lambda h: more(h, jobs=good.completed("j-x", good.UNKNOWN)),
    ),
    "two jobs have each other's results": (
        "wrong_content",
        lambda h: texts(texts(h, "j-plain", seals.answer(good.KEYED, 1)), "j-keyed", ANSWER),
    ),
    "the items of a job are in the wrong order": (
        "wrong_content",
        lambda h: texts(h, "j-fanned", seals.answer(good.FANNED2, 1), seals.answer(good.FANNED, 1)),
    ),
    "an item of a job is missing": ("wrong_content", lambda h: texts(h, "j-fanned", seals.answer(good.FANNED, 1))),
    "a result is cut short": ("wrong_content", lambda h: texts(h, "j-plain", ANSWER[:-1])),
    "a result has something behind it": ("wrong_content", lambda h: texts(h, "j-plain", ANSWER + "x")),
    "the serial of a result was never called": (
        "wrong_content",
        lambda h: texts(h, "j-plain", seals.answer(good.PLAIN, 7)),
    ),
    "the result of an earlier generation": (
        "wrong_content",
        lambda h: more(
            texts(h, "j-retried", seals.answer(good.RETRIED, 3)),
            calls=good.answered(good.RETRIED, 3, 5),
        ),
    ),
    "completed without a result": ("wrong_content", lambda h: job(h, "j-plain", texts=None)),
    "a result was overwritten": ("mutated", lambda h: job(h, "j-plain", digest="another")),
    "completed, then failed": ("mutated", lambda h: more(h, polls=late("j-plain", "failed", digest="digest j-plain"))),
    "completed, then running again": ("regressed", lambda h: more(h, polls=late("j-plain", "running"))),
    "a generation nobody asked for": ("regressed", lambda h: more(h, polls=late("j-plain", "running", 2))),
    "back to an earlier generation": ("regressed", lambda h: more(h, polls=late("j-retried", "failed", 1))),
    "seen and then not found": ("regressed", lambda h: more(h, polls=Polled(18, 18.1, "j-plain", 404))),
    "a call that no lost attempt explains": (
        "excess_calls",
        lambda h: more(h, calls=good.answered(good.KEYED, 2, 3.5)),
    ),
    "a third call for one lost attempt": (
        "excess_calls",
        lambda h: more(h, calls=good.answered(good.RESCUED, 3, 4.2)),
    ),
    "called again after its result was seen": (
        "recalled_done_items",
        lambda h: more(h, calls=good.answered(good.PLAIN, 2, 9)),
    ),
    "called although it was cancelled in the queue": (
        "calls_after_cancel",
        lambda h: more(h, calls=good.answered(good.CANCELLED, 1, 1.5)),
    ),
    "called long after a cancel was asked for": (
        "calls_after_cancel",
        lambda h: more(h, calls=good.answered(good.ABORTED, 2, 12)),
    ),
    "left lying in the queue": (
        "stuck_max_s",
        lambda h: more(
            replace(h, ended_at=200),
            submits=good.submitted("j-x", seals.nonce("ok", "late"), t=30),
            calls=good.answered(seals.nonce("ok", "late"), 1, 100),
            jobs=good.completed("j-x", seals.nonce("ok", "late")),
        ),
    ),
    "left lying after its worker died": (
        "stuck_max_s",
        lambda h: replace(
            h, calls=tuple(replace(c, t0=90.0) if (c.nonce, c.serial) == (good.RESCUED, 2) else c for c in h.calls)
        ),
    ),
    "never called at all": (
        "stuck_max_s",
        lambda h: replace(h, ended_at=90, calls=tuple(call for call in h.calls if call.nonce != good.PLAIN)),
    ),
    "an end that nobody was told of": ("hook_faults", lambda h: hooks(h, lambda found: found[1:])),
    "a hook with a bad signature": (
        "hook_faults",
        lambda h: hooks(h, lambda found: (*found, Hook(16, "forged", "j-plain", "done", verified=False))),
    ),
    "a hook told twice under two ids": (
        "hook_faults",
        lambda h: hooks(h, lambda found: (*found, Hook(16, "again", "j-plain", "done", verified=True))),
    ),
    "a hook before the end could be seen": (
        "hook_faults",
        lambda h: hooks(h, lambda found: (Hook(1.5, "h-plain", "j-plain", "done", verified=True), *found[1:])),
    ),
    "a line of a timeline is missing": ("unexplained", lambda h: lines(h, "j-rescued", {3: None})),
    "a line of a timeline came twice": (
        "unexplained",
        lambda h: more(h, events=good.event("j-cancelled", 2, "job.cancelled", attempt=0)),
    ),
    "a lost attempt that nobody tells of": (
        "unexplained",
        lambda h: lines(h, "j-rescued", {3: {"event": "job.cancel_requested"}}),
    ),
    "an attempt under another number": ("unexplained", lambda h: lines(h, "j-rescued", {4: {"attempt": 3}})),
    "a retry that nobody tells of": ("unexplained", lambda h: lines(h, "j-retried", {4: {"event": "job.rescued"}})),
    "a timeline that leads to another end": (
        "unexplained",
        lambda h: lines(h, "j-aborted", {4: {"event": "job.failed"}}),
    ),
    "more attempts than the timeline has": ("unexplained", lambda h: job(h, "j-rescued", attempts=3)),
    "a job that failed and has no timeline": (
        "unexplained",
        lambda h: replace(h, events=tuple(one for one in h.events if one.job_id != "j-aborted")),
    ),
    "a server error on create": ("http_500", lambda h: submit(h, good.UNKNOWN, status=500, t1=2.0)),
    "a server error on cancel": ("http_500", lambda h: more(h, acts=Act("cancel", "j-plain", 9, 9.1, 502))),
    "a server error on get": ("http_500", lambda h: more(h, polls=Polled(9, 9.1, "j-plain", 500))),
}


def test_a_good_history_passes() -> None:
    verdict = check(good.good())
    assert verdict.violated == [], verdict.document()
    unseen = {name for name, number in verdict.numbers.items() if number.value is None}
    assert all(name.startswith("batch_") for name in unseen), "this history has no files"
    assert verdict.counts["extra_calls"] == 1


@pytest.mark.parametrize("name", CORRUPTED)
def test_a_corrupted_history_is_flagged(name: str) -> None:
    number, corrupt = CORRUPTED[name]
    verdict = check(corrupt(good.good()))
    assert number in verdict.violated, verdict.document()


def test_an_empty_history_has_nothing_against_it() -> None:
    assert check(History()).violated == []


INNOCENT: dict[str, Callable[[History], History]] = {
    "a repeated request without a key may make as many jobs as it was sent times": lambda h: more(
        submit(replace(h, hooks=None), good.UNKNOWN, tries=2), jobs=good.completed("j-x", good.UNKNOWN)
    ),
    "a 503 may have made its job": lambda h: submit(h, good.UNKNOWN, status=503, t1=2.0),
    "polls that overlap may come in either order": lambda h: more(h, polls=Polled(5.05, 19, "j-plain", 200, "running")),
    "no slot was free": lambda h: replace(
        h,
        slots=1,
        ended_at=400,
        submits=(Submit(("~ok~a~",), None, 0, 0.1, "ok", 202, "a"), Submit(("~ok~b~",), None, 0, 0.1, "ok", 202, "b")),
        calls=(Call("~ok~a~", 1, 0.2, 99, "answered"), Call("~ok~b~", 1, 99.1, 100, "answered")),
        jobs=(good.completed("a", "~ok~a~"), good.completed("b", "~ok~b~")),
        **dict.fromkeys(("acts", "polls", "faults", "events"), ()),  # type: ignore[arg-type]
        hooks=None,
    ),
    "a fault was in the way": lambda h: replace(
        more(
            h,
            submits=good.submitted("j-x", "~ok~late~", t=30),
            calls=good.answered("~ok~late~", 1, 100),
            jobs=good.completed("j-x", "~ok~late~"),
            faults=Window("the database is away", 31, 99),
        ),
        hooks=None,
        ended_at=200,
    ),
    "nobody listened for hooks": lambda h: replace(h, hooks=None),
}


@pytest.mark.parametrize("name", INNOCENT)
def test_an_innocent_history_passes(name: str) -> None:
    verdict = check(INNOCENT[name](good.good()))
    assert verdict.violated == [], verdict.document()


def test_a_final_job_is_a_line_of_its_own() -> None:
    """What the checker reads is what the logs hold: bytes in, the same record out."""
    line = good.completed("j", good.PLAIN)
    assert msgspec.json.decode(msgspec.json.encode(line), type=FinalJob) == line
