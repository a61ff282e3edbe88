"""Whether a provider fails for one job or for all: 500 may be about the request, and no job pays for an outage."""

from pressrun.errors import FailureCode
from pressrun.jobs.outcome import Call

SEVERAL = 3
"""Jobs that fail in a row, with no answer between them, before the provider is blamed rather than the jobs."""

Name = tuple[str, str]
"""Organization and model."""


class Health:
    """What this process has seen of each model since it last answered."""

    def __init__(self) -> None:
        self._failing: dict[Name, set[str]] = {}

    def note(self, name: Name, job_id: str, call: Call) -> None:
        """Take in how a call ended."""
        if call.outcome == "completed":
            self._failing.pop(name, None)
        elif call.outcome == FailureCode.MODEL_UNAVAILABLE:
            failing = self._failing.setdefault(name, set())
            if len(failing) < SEVERAL:
                failing.add(job_id)

    def is_failing_for_all(self, name: Name, job_id: str) -> bool:
        """Whether the model fails for several jobs, this one among them, and answers none."""
        return len(self._failing.get(name, set()) | {job_id}) >= SEVERAL
