"""What has to be done for a batch next, told from its counts alone."""

from enum import Enum, auto

from pressrun.jobs.batch_lanes import RUNNABLE, OpenBatch


class Step(Enum):
    """One thing that upkeep does for a batch, in one transaction."""

    CANCEL = auto()
    RETRY = auto()
    LOAD = auto()
    STOP_ON_ERRORS = auto()
    TRIAL_DONE = auto()
    CAP_REACHED = auto()
    END = auto()


def next_step(batch: OpenBatch) -> Step | None:
    """The next step, or None while its rows run or wait, or its sender is to act."""
    if batch.loaded_row < batch.rows:
        return Step.LOAD
    if batch.cancel_requested and (batch.queued or batch.waiting or (batch.cancel_requested > 1 and batch.running)):
        return Step.CANCEL
    if batch.is_retrying:
        return Step.RETRY
    if not batch.open:
        return Step.END
    return None if batch.cancel_requested or batch.state not in RUNNABLE else _reason_to_stop(batch)


def _reason_to_stop(batch: OpenBatch) -> Step | None:
    if batch.has_too_many_errors:
        return Step.STOP_ON_ERRORS
    if batch.trial_rows and not batch.passed and not batch.running and batch.ended - batch.reused >= batch.trial_rows:
        return Step.TRIAL_DONE
    # While something runs it may come to less than was set aside for it, and more can be started.
    is_spent = batch.affordable == 0 and not batch.running and batch.queued > 0
    return Step.CAP_REACHED if is_spent else None
