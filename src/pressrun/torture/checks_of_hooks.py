"""Every end is told, none before it is true, none by somebody else. Without a sink, no number."""

from collections import defaultdict

from pressrun.torture.history import TERMINAL, History
from pressrun.torture.records import Polled
from pressrun.torture.verdict import Number


def hook_faults(history: History) -> Number:
    """Ended jobs without a verified hook, hooks for a state that was not to be seen yet, hooks with a bad signature."""
    if history.hooks is None:
        return Number(None)
    offenders = [f"{hook.id} has a bad signature" for hook in history.hooks if not hook.verified]
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
    return Number.of(offenders)
