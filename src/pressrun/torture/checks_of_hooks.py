"""Every end is told, none before it is true, none by somebody else. Webhooks come later: without a sink, no number."""

from collections import defaultdict

from pressrun.torture.history import TERMINAL, History
from pressrun.torture.verdict import Number


def hook_faults(history: History) -> Number:
    """Ended jobs without a verified hook, hooks for a state that was not to be seen yet, hooks with a bad signature."""
    if history.hooks is None:
        return Number(None)
    offenders = [f"{hook.id} has a bad signature" for hook in history.hooks if not hook.verified]
    hooks = [hook for hook in history.hooks if hook.verified]
    told = {hook.job_id for hook in hooks}
    offenders += [f"{job.id} ended unheard" for job in history.jobs if job.state in TERMINAL and job.id not in told]
    ids: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for hook in hooks:
        ids[hook.job_id, hook.state].add(hook.id)
    offenders += [
        f"{job_id} {state} was told under {len(found)} ids" for (job_id, state), found in ids.items() if len(found) > 1
    ]
    for hook in hooks:
        behind = (poll for poll in history.polls if poll.job_id == hook.job_id and poll.t0 > hook.t)
        if any(poll.state is not None and poll.state not in TERMINAL for poll in behind):
            offenders.append(f"{hook.id} came before {hook.job_id} had ended")
    return Number.of(offenders)
