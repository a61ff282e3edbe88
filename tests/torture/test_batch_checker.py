"""The checker passes good histories of batches and flags each of these, by the number that is meant for it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from pressrun.torture import seals
from pressrun.torture.answers import CALL_COST
from pressrun.torture.batch_history import Asked, Batches, Upload
from pressrun.torture.batch_records import BatchSeen, FinalBatch
from pressrun.torture.checker import check
from pressrun.torture.history import History
from tests.torture import good_batches as good
from tests.torture.good_history import answered, timeline

Corrupt = Callable[[History], History]


def changed(history: History, name: str, match: Callable[[Any], bool], **changes: Any) -> History:
    """The history with some things of one kind changed."""
    found = getattr(history.files, name)
    assert any(match(one) for one in found)

    def change(one: Any) -> Any:
        if not match(one):
            return one
        return msgspec.structs.replace(one, **changes) if isinstance(one, msgspec.Struct) else replace(one, **changes)

    return good.with_files(history, **{name: tuple(change(one) for one in found)})


def less(history: History, name: str, match: Callable[[Any], bool]) -> History:
    """The history without some things of one kind."""
    found = getattr(history.files, name)
    assert any(match(one) for one in found)
    return good.with_files(history, **{name: tuple(one for one in found if not match(one))})


def more(history: History, **additions: Any) -> History:
    """The history with one more of some kinds of things about files."""
    return good.with_files(
        history, **{name: (*getattr(history.files, name), value) for name, value in additions.items()}
    )


def calls(history: History, *found: Any) -> History:
    return replace(history, calls=(*history.calls, *found))


def rescued(history: History) -> History:
    """The history in which the worker of the first of the twins was lost."""
    found = (msgspec.structs.replace(one, attempts=2) if one.id == "b-twins-1" else one for one in history.jobs)
    lines = timeline("b-twins-1", "started", "rescued", "started", "completed")
    return replace(history, jobs=tuple(found), events=(*history.events, *lines))


def jobs(history: History, *found: Any) -> History:
    return replace(history, jobs=(*history.jobs, *found))


def the(batch_id: str, row: int | None = None) -> Callable[[Any], bool]:
    """What is about a batch, or about a row of it."""

    def match(one: Any) -> bool:
        name = one.id if hasattr(one, "id") else one.batch_id
        return name == batch_id and (row is None or one.row == row)

    return match


def another(history: History, nonce: str) -> History:
    """The history with a batch more, of one row."""
    job = good.ran("b-more", 1, nonce)
    row = good.row_of(job)
    batch = FinalBatch("b-more", "completed", good.counts(completed=1), CALL_COST)
    return calls(jobs(more(history, batches=batch, rows=row, lines=good.line_of(row)), job), answered(nonce, 1, 3))


def swapped(history: History) -> History:
    """Two rows in each other's place."""
    rows = list(history.files.rows)
    rows[0], rows[1] = rows[1], rows[0]
    return good.with_files(history, rows=tuple(rows))


CORRUPTED: dict[str, tuple[str, Corrupt]] = {
    "an accepted batch is gone": ("batch_lost", lambda h: less(h, "batches", the(good.TWINS))),
    "a row of a batch is gone": ("batch_lost", lambda h: less(h, "rows", the(good.TWINS, 2))),
    "a row is there twice": ("batch_lost", lambda h: more(h, rows=h.files.rows[0])),
    "rows are in another order": ("batch_lost", swapped),
    "a row is not what was sent": ("batch_lost", lambda h: changed(h, "rows", the(good.TWINS, 2), nonce=good.C)),
    "a batch never ended": ("batch_lost", lambda h: changed(h, "batches", the(good.TWINS), state="running")),
    "a row never ended": ("batch_lost", lambda h: changed(h, "rows", the(good.TWINS, 2), state="queued")),
    "a row has no job": ("batch_lost", lambda h: replace(h, jobs=h.jobs[1:])),
    "a row has two jobs": ("batch_lost", lambda h: jobs(h, msgspec.structs.replace(h.jobs[0], id="again"))),
    "a refused file became a batch": ("batch_phantom", lambda h: another(h, good.J)),
    "a file that was cut off became a batch": ("batch_phantom", lambda h: another(h, good.K)),
    "a batch nobody sent": ("batch_phantom", lambda h: another(h, seals.nonce("ok", "nobody"))),
    "one unanswered upload became two batches": ("batch_phantom", lambda h: another(h, good.LOST)),
    "one key became two batches": ("batch_phantom", lambda h: copied(h, good.TWINS)),
    "an upload that was told of one batch became two": ("batch_phantom", lambda h: copied(h, good.RETRIED)),
    "a row's job belongs to no batch": ("batch_phantom", lambda h: jobs(h, good.ran("b-nowhere", 1, good.J))),
    "counts do not come to the total": (
        "batch_counts",
        lambda h: more(h, sights=BatchSeen(3, 3.1, good.TWINS, 200, "running", {"total": 3, "running": 2})),
    ),
    "a count is negative": (
        "batch_counts",
        lambda h: more(h, sights=good.sight(good.TWINS, 3, "running", queued=4, running=-1)),
    ),
    "the total is not what was sent": (
        "batch_counts",
        lambda h: more(h, sights=good.sight(good.TWINS, 3, "running", queued=4)),
    ),
    "it has ended while rows run": (
        "batch_counts",
        lambda h: more(h, sights=good.sight(good.TWINS, 7, "completed", completed=2, running=1)),
    ),
    "what was done is undone": (
        "batch_counts",
        lambda h: more(h, sights=good.sight(good.TWINS, 7, "running", completed=2, running=1)),
    ),
    "a batch that had ended goes on": (
        "batch_counts",
        lambda h: more(h, sights=good.sight(good.TWINS, 7, "running", completed=3)),
    ),
    "the last counts are not the rows": (
        "batch_counts",
        lambda h: changed(h, "batches", the(good.RETRIED), counts=good.counts(completed=1, failed=1)),
    ),
    "it cost less than its rows": ("batch_counts", lambda h: changed(h, "batches", the(good.RETRIED), cost=CALL_COST)),
    "it cost more than was called": (
        "batch_counts",
        lambda h: changed(h, "batches", the(good.TWINS), cost=3 * CALL_COST),
    ),
    "a line of the results is missing": ("batch_results", lambda h: less(h, "lines", the(good.TWINS, 3))),
    "a line of the results is there twice": ("batch_results", lambda h: more(h, lines=h.files.lines[0])),
    "lines are in another order": (
        "batch_results",
        lambda h: good.with_files(h, lines=(h.files.lines[1], h.files.lines[0], *h.files.lines[2:])),
    ),
    "a line has another's text": (
        "batch_results",
        lambda h: changed(h, "lines", the(good.TWINS, 2), text=seals.answer(good.A, 1)),
    ),
    "a line has another status": ("batch_results", lambda h: changed(h, "lines", the(good.TWINS, 2), status="failed")),
    "a column of the file has changed": ("batch_results", lambda h: changed(h, "lines", the(good.TWINS, 2), place="3")),
    "a row has not its job's text": (
        "batch_results",
        lambda h: changed(changed(h, "rows", the(good.TWINS, 2), text="x"), "lines", the(good.TWINS, 2), text="x"),
    ),
    "a row took over another input's result": (
        "batch_results",
        lambda h: changed(h, "rows", the(good.TWINS, 3), reused_from="b-twins-2"),
    ),
    "a row's result is another input's": (
        "wrong_content",
        lambda h: replace(
            h,
            jobs=tuple(
                msgspec.structs.replace(one, texts=(seals.answer(good.B, 1),)) if one.id == "b-twins-1" else one
                for one in h.jobs
            ),
        ),
    ),
    "a row has the result of an earlier generation": (
        "wrong_content",
        lambda h: replace(
            calls(h, answered(good.F, 3, 4)),
            jobs=tuple(
                msgspec.structs.replace(one, texts=(seals.answer(good.F, 3),)) if one.id == "b-retried-2" else one
                for one in h.jobs
            ),
        ),
    ),
    "rows of the same inputs were asked each": ("batch_repeats", lambda h: calls(h, answered(good.A, 2, 3))),
    "a row was asked again and again": ("excess_calls", lambda h: calls(h, answered(good.B, 2, 3))),
    "a row was asked again, one of its twins was lost": (
        "batch_repeats",
        lambda h: rescued(calls(h, answered(good.A, 2, 3), answered(good.A, 3, 4))),
    ),
    "rows were started after a cancel": (
        "batch_overrun",
        lambda h: calls(h, answered(good.D, 1, 3), answered(good.C, 2, 3.5)),
    ),
    "rows were started in a pause": (
        "batch_overrun",
        lambda h: more(h, acts=Asked("pause", good.CAPPED, 10.5, 10.6, 200, "paused", 0)),
    ),
    "a cap was passed, as it is told": (
        "batch_overspent",
        lambda h: more(h, sights=good.sight(good.CAPPED, 7, "paused", 2, completed=2)),
    ),
    "a cap was passed, as it was called": ("batch_overspent", lambda h: calls(h, answered(good.H, 2, 5))),
    "a cap was passed that nobody took away": (
        "batch_overspent",
        lambda h: less(h, "acts", lambda one: one.kind == "uncap"),
    ),
    "a row was left lying": (
        "stuck_max_s",
        lambda h: replace(
            h,
            ended_at=200,
            calls=tuple(replace(one, t0=90.0, t1=91.0) if one.nonce == good.B else one for one in h.calls),
        ),
    ),
    "a generation of a row nobody asked for": ("regressed", lambda h: less(h, "acts", the(good.RETRIED))),
    "a server error on an upload": (
        "http_500",
        lambda h: changed(h, "uploads", lambda one: one.nonces == (good.J,), status=500),
    ),
    "a server error on a pause": (
        "http_500",
        lambda h: more(h, acts=Asked("pause", good.TWINS, 3, 3.1, 500)),
    ),
    "a server error on a look": ("http_500", lambda h: more(h, sights=BatchSeen(3, 3.1, good.TWINS, 502))),
}


def copied(history: History, batch_id: str) -> History:
    """The history with a batch once more, under another id."""
    files = history.files
    fresh = [msgspec.structs.replace(one, batch_id="b-copy", id=f"copy-{one.row}")
             for one in history.jobs if one.batch_id == batch_id]  # fmt: skip
    rows = tuple(msgspec.structs.replace(one, batch_id="b-copy", job_id=f"copy-{one.row}", reused_from=None)
                 for one in files.rows if one.batch_id == batch_id)  # fmt: skip
    lines = tuple(msgspec.structs.replace(one, batch_id="b-copy") for one in files.lines if one.batch_id == batch_id)
    batch = next(msgspec.structs.replace(one, id="b-copy") for one in files.batches if one.id == batch_id)
    return good.with_files(
        replace(history, jobs=(*history.jobs, *fresh)),
        batches=(*files.batches, batch),
        rows=(*files.rows, *rows),
        lines=(*files.lines, *lines),
    )


def test_a_good_history_passes() -> None:
    verdict = check(good.good())
    assert verdict.violated == [], verdict.document()
    assert {name for name, number in verdict.numbers.items() if number.value is None} == {"hook_faults"}


@pytest.mark.parametrize("name", CORRUPTED)
def test_a_corrupted_history_is_flagged(name: str) -> None:
    number, corrupt = CORRUPTED[name]
    verdict = check(corrupt(good.good()))
    assert number in verdict.violated, verdict.document()


FRESH = seals.nonce("ok", "fresh")
INNOCENT: dict[str, Corrupt] = {
    "an unanswered upload may have become a batch": lambda h: another(
        more(h, uploads=Upload((FRESH,), None, 1)), FRESH
    ),
    "an unanswered upload may have become nothing": lambda h: replace(
        good.with_files(
            h,
            batches=h.files.batches[:-1],
            rows=h.files.rows[:-1],
            lines=h.files.lines[:-1],
        ),
        jobs=h.jobs[:-1],
    ),
    "what ran when a cancel was answered may be asked still": lambda h: calls(
        changed(h, "acts", lambda one: one.kind == "cancel", running=2), answered(good.D, 1, 3)
    ),
    "a twin is asked again where its worker was lost": lambda h: rescued(calls(h, answered(good.A, 2, 3))),
    "twins are asked each where nobody wanted them once": lambda h: replace(
        changed(calls(h, answered(good.A, 2, 3)), "uploads", lambda one: one.batch_id == good.TWINS, dedupe=False),
        jobs=(*h.jobs[:2], good.ran(good.TWINS, 3, good.A), *h.jobs[3:]),
        events=tuple(one for one in h.events if one.job_id != "b-twins-3"),
    ),
    "sights that overlap may come in either order": lambda h: more(
        h, sights=BatchSeen(6.05, 19, good.TWINS, 200, "running", good.counts(running=3))
    ),
}


@pytest.mark.parametrize("name", INNOCENT)
def test_an_innocent_history_passes(name: str) -> None:
    verdict = check(INNOCENT[name](good.good()))
    assert verdict.violated == [], verdict.document()


def test_without_files_nothing_is_said_of_them() -> None:
    verdict = check(replace(good.good(), files=Batches(), jobs=(), calls=(), events=()))
    assert all(number.value is None for name, number in verdict.numbers.items() if name.startswith("batch_"))
