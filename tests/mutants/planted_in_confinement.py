"""The mechanisms that hold strangers' files and schemas, and workers, within bounds; the test that must then fail."""

from tests.mutants.fault import Planted

SCHEMAS = "agents/test_hostile_schemas.py::"

IN_CONFINEMENT = (
    Planted(
        "S-08",
        "a check of an answer has no bound of time",
        "agents/schema_child.py",
        "signal.setitimer(signal.ITIMER_PROF, request.cpu_s)",
        "signal.setitimer(signal.ITIMER_PROF, 0)",
        SCHEMAS + "test_what_cannot_be_known_in_time_is_given_up",
    ),
    Planted(
        "S-08",
        "whoever passed the bound once holds up all others",
        "agents/schema_checker.py",
        "pool = self._slow if _digest(request) in self._costly else self._quick",
        "pool = self._quick",
        SCHEMAS + "test_whoever_passed_the_bound_once_holds_up_nobody",
    ),
    Planted(
        "S-09",
        "what a schema refers to is fetched",
        "agents/schemas.py",
        "        offline=True,\n",
        "",
        "agents/test_schemas.py::test_what_is_there_to_be_fetched_is_not",
    ),
    Planted(
        "S-17",
        "a reader keeps its sockets where it makes no namespace",
        "knowledge/extraction/confinement.py",
        "        refused = _refuse_sockets(libc)\n",
        "        refused = True\n",
        "knowledge/test_s17_network.py::test_s17_where_no_namespace_is_made_no_socket_is",
    ),
    Planted(
        "S-27",
        "the line of a move is lost",
        "store/moving.py",
        "if last is not None:",
        "if False:",
        "store/test_moving.py::test_what_is_written_last_arrives_with_everything_or_nothing_does[sqlite]",
    ),
    Planted(
        "S-30",
        "a worker may make keys",
        "store/sqlite.py",
        "if not mints:",
        "if False:",
        "security/test_s30_worker.py::test_s30_a_worker_lets_nobody_in[sqlite]",
    ),
)
