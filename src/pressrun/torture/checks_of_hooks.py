"""Every end is told, none before it is true, none by somebody else. Without a sink, no number."""

from collections import defaultdict
from collections.abc import Iterator

from pressrun.torture.batch_history import ENDED, Asked, Batches
from pressrun.torture.batch_records import BatchHook
from pressrun.torture.history import TERMINAL, History
from pressrun.torture.records import Polled
from pressrun.torture.verdict import Number

ENDS = {"completed": "batch.completed", "completed_with_errors": "batch.completed", "cancelled": "batch.cancelled"}
"""What is told of a batch that has ended, by its state."""


def hook_faults(history: History) -> Number:
    """Ended jobs without a verified hook, hooks for a state that was not to be seen yet, hooks with a bad signature."""
    if history.hooks is None:
        return Number(None)
    heard = [(hook.id, hook.verified) for hook in history.hooks]
    heard += [(hook.id, hook.verified) for hook in history.files.hooks]
    offenders = [f"{hook_id} has a bad signature" for hook_id, verified in heard if not verified]
    hooks = [hook for hook in history.hooks if hook.verified]
    told = {(hook.job_id, hook.generation) for hook in hooks}
    offenders += [
        f"{job.id} ended unheard"
        for job in history.jobs
        if job.state in TERMINAL and (job.id, job.generation) not in told
    ]
    ids: defaultdict[tuple[str, str, int], set[str]] = defaultdict(set)
    for hook in hooks:
        ids[hook.job_id, hook.state, hook.generation].add(hook.id)
    offenders += [
        f"{job_id} {state} was told under {len(found)} ids"
        for (job_id, state, _), found in ids.items()
        if len(found) > 1
    ]
    polls: defaultdict[str, list[Polled]] = defaultdict(list)
    for poll in history.polls:
        polls[poll.job_id].append(poll)
    for hook in hooks:
        behind = (
            poll
            for poll in polls[hook.job_id]
            if poll.t0 > hook.t and (poll.generation or 1) <= hook.generation  # a retry may have begun since
        )
        if any(poll.state is not None and poll.state not in TERMINAL for poll in behind):
            offenders.append(f"{hook.id} came before {hook.job_id} had ended")
    return Number.of([*offenders, *_batch_faults(history)])


def _batch_faults(history: History) -> Iterator[str]:
    """The same of batches: one that was retried may end again, under another id."""
    files = history.files
    by_batch: defaultdict[str, list[BatchHook]] = defaultdict(list)
    for hook in files.hooks:
        if hook.verified:
            by_batch[hook.batch_id].append(hook)
    for batch in files.batches:
        hooks, retries = by_batch[batch.id], [act for act in files.acts_on(batch.id, "retry") if act.may_be]
        wanted = ENDS.get(batch.state)
        if wanted is not None and all(hook.event != wanted for hook in hooks):
            yield f"batch {batch.id} is {batch.state} and nobody was told"
        ids = {hook.id for hook in hooks if hook.event in ENDS.values()}
        if len(ids) > 1 + len(retries):
            yield f"batch {batch.id} was told to have ended under {len(ids)} ids"
        yield from _early(files, batch.id, hooks, retries)


def _early(files: Batches, batch_id: str, hooks: list[BatchHook], retries: list[Asked]) -> Iterator[str]:
    behind = [seen for seen in files.sights if seen.batch_id == batch_id and seen.status == 200]
    for hook in hooks:
        if hook.event in ENDS.values() and any(
            seen.t0 > hook.t and seen.state not in ENDED and all(act.t0 > seen.t1 for act in retries) for seen in behind
        ):
            yield f"{hook.id} came before batch {batch_id} had ended"
