"""The checker: a pure function from a history to a verdict."""

from collections.abc import Callable

from pressrun.torture import (
    checks_of_acceptance,
    checks_of_batches,
    checks_of_calls,
    checks_of_counts,
    checks_of_hooks,
    checks_of_results,
    checks_of_rows,
    checks_of_timelines,
    checks_of_waiting,
)
from pressrun.torture.history import History
from pressrun.torture.verdict import BARS, Number, Verdict

CHECKS: dict[str, Callable[[History], Number]] = {
    "lost": checks_of_acceptance.lost,
    "phantom": checks_of_acceptance.phantom,
    "dup_by_key": checks_of_acceptance.dup_by_key,
    "unknown_multi": checks_of_acceptance.unknown_multi,
    "wrong_content": checks_of_results.wrong_content,
    "mutated": checks_of_results.mutated,
    "regressed": checks_of_results.regressed,
    "excess_calls": checks_of_calls.excess_calls,
    "recalled_done_items": checks_of_calls.recalled_done_items,
    "calls_after_cancel": checks_of_calls.calls_after_cancel,
    "stuck_max_s": checks_of_waiting.stuck_max_s,
    "hook_faults": checks_of_hooks.hook_faults,
    "unexplained": checks_of_timelines.unexplained,
    "http_500": checks_of_acceptance.http_500,
    "batch_lost": checks_of_batches.batch_lost,
    "batch_phantom": checks_of_batches.batch_phantom,
    "batch_counts": checks_of_counts.batch_counts,
    "batch_results": checks_of_counts.batch_results,
    "batch_repeats": checks_of_rows.batch_repeats,
    "batch_overrun": checks_of_rows.batch_overrun,
    "batch_overspent": checks_of_counts.batch_overspent,
}

assert CHECKS.keys() == BARS.keys()


def check(history: History) -> Verdict:
    """The verdict on a history."""
    return Verdict(
        {name: number(history) for name, number in CHECKS.items()},
        {
            "submits": len(history.submits),
            "accepted": sum(1 for submit in history.submits if submit.outcome == "ok"),
            "unknown": sum(1 for submit in history.submits if submit.outcome == "unknown"),
            "refused": sum(1 for submit in history.submits if submit.outcome == "refused"),
            "batches": len(history.files.batches),
            "rows": len(history.files.rows),
            "jobs": len(history.jobs),
            "calls": len(history.calls),
            "extra_calls": checks_of_calls.extra_calls(history),
            "acts": len(history.acts),
            "polls": len(history.polls),
            "faults": len(history.faults),
        },
    )
