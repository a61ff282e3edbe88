"""Says at the end which faults did not run this time: nothing untested passes for tested."""

import pytest

from tests.torture.selection import BUDGET_S, selection


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line for each store."""
    if not any("test_faults" in report.nodeid for report in terminalreporter.getreports("passed")):
        return
    for store in BUDGET_S:
        _, left = selection(store)
        ids = " ".join(fault.id if load == "jobs" else f"{fault.id}:{load}" for fault, load in left) or "none"
        terminalreporter.write_line(f"faults that had no turn on {store} with this commit: {ids}")
