"""How many jobs a worker may start beside those that it has in hand."""

from dataclasses import replace

import pytest

from pressrun.jobs.job import Claim
from pressrun.worker.running import Run, Running, Stop

CLAIM = Claim("j", "o", "a", 1, 1, 1, 0, 5, 1, 0, 0, 0, "t", 1, b"{}", b"{}")


def running(asked: int, recorded: int) -> Running:
    """So many runs that ask a model, and so many that are being recorded."""
    found = Running()
    for number in range(asked + recorded):
        run = found.runs[str(number)] = Run(replace(CLAIM, id=str(number)))
        if number >= asked:
            found.record(run)
    return found


@pytest.mark.parametrize(
    ("asked", "recorded", "free"),
    [
        (0, 0, 8),
        (8, 0, 0),
        (5, 3, 3),  # the three make room for three
        (8, 3, 0),
        (6, 6, 0),  # four at most stand beside the places: what waits in memory is bounded
        (0, 8, 4),
        (0, 12, 0),
    ],
)
def test_a_place_is_the_next_jobs_while_the_last_is_recorded(asked: int, recorded: int, free: int) -> None:
    assert running(asked, recorded).free(8) == free


def test_a_worker_with_one_place_holds_it_until_the_outcome_is_recorded() -> None:
    """Suspects run so: a death is blamed on all that its worker holds."""
    found = running(0, 1)
    assert found.free(1) == 0
    found.remove(found.runs["0"])
    assert found.free(1) == 1


def test_places_are_as_many_as_before_when_all_is_recorded() -> None:
    found = running(2, 5)
    for run in list(found.runs.values()):
        found.remove(run)
    assert (found.free(8), found.recording, len(found)) == (8, 0, 0)


def test_a_newer_claim_of_a_job_stays_when_the_older_ends() -> None:
    """A worker may have lost a job, and got it again, before it sees the end of its first run."""
    found = running(1, 0)
    older, newer = found.runs["0"], Run(CLAIM)
    found.runs["0"] = newer
    found.remove(older)
    assert found.runs == {"0": newer}


def test_somebody_who_waits_for_a_place_is_woken_by_an_outcome() -> None:
    found = running(1, 0)
    run = found.runs["0"]
    found.record(run)
    assert found.freed.is_set()
    found.interrupt(run, Stop.CANCEL)  # too late: it has ended
    assert run.stop is None
