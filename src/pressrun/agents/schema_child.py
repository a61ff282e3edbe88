"""The process that holds answers against schemas: `python -m pressrun.agents.schema_child`, see schema_wire.

What a schema and an answer cost together nobody can tell beforehand: `$ref` and `anyOf` double it with each level. So
the kernel ends this process when one answer takes more processor time than its request allows, and another takes its
place.
"""

import json
import resource
import signal
import sys
from functools import lru_cache

from jsonschema_rs import Validator

from pressrun.agents.schema_faults import short, why_not
from pressrun.agents.schema_wire import Request, UncheckableError, Verdict, receive, send
from pressrun.agents.schemas import compiled

MOST_MEMORY_BYTES = 1024**3
SCHEMAS_KEPT = 16


def main() -> None:
    """The process: ends with its standard input."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal's is for whoever asks
    while (request := receive(sys.stdin.buffer, Request)) is not None:
        # Nothing catches SIGPROF: the kernel acts, in native code too.
        signal.setitimer(signal.ITIMER_PROF, request.cpu_s)
        verdict = verdict_on(request)
        signal.setitimer(signal.ITIMER_PROF, 0)
        send(sys.stdout.buffer, verdict)


def verdict_on(request: Request) -> Verdict:
    """What is to be said of one answer."""
    try:
        return Verdict(fault=why_not(request.text.decode("utf-8", "surrogatepass"), _compiled(request.schema)))
    except MemoryError:
        return Verdict(uncheckable="that takes too much memory")
    except (UncheckableError, ValueError) as problem:  # all that the engine raises is a ValueError
        return Verdict(uncheckable=short(str(problem)))


@lru_cache(SCHEMAS_KEPT)
def _compiled(schema: bytes) -> Validator:
    return compiled(json.loads(schema))


if __name__ == "__main__":
    main()
