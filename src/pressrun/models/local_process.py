"""The child process of the embedded model: `python -m pressrun.models.local_process`, started by `local_server`.

It reads its settings as JSON from standard input (a key in the arguments would be seen by every user of the machine),
publishes its address, says so in one line, and lives until the last process that uses it is gone.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from pressrun.models.local_runtime import Address, Runtime

TOKENS_IF_UNLIMITED = 1024
"""An answer's length where the question sets none: a small model may never come to an end by itself."""


def main() -> None:
    """Serve until nobody uses this process."""
    settings = json.load(sys.stdin)
    ready = os.dup(1)
    os.dup2(2, 1)  # what the runtime prints belongs into the log
    runtime = Runtime(Path(settings["folder"]))
    runtime.become_server()
    server = serve(settings)
    runtime.publish(Address(f"{server.listening_address}/v1", settings["api_key"], os.getpid()))
    os.write(ready, b"ready\n")
    os.close(ready)
    runtime.wait_until_unused()
    runtime.forget()
    os._exit(0)  # at once: whoever waits for the lock starts a new one, and there is nothing to save


def serve(settings: dict[str, Any]) -> Any:
    """The running server of llama.cpp, on a free port of the loopback."""
    import xllamacpp  # noqa: PLC0415 - optional, and where it breaks this process alone must break

    parameters = xllamacpp.CommonParams()
    parameters.model.path = settings["weights"]
    parameters.model_alias = {settings["alias"]}
    parameters.api_keys = [settings["api_key"]]
    parameters.n_parallel = settings["n_parallel"]
    parameters.n_ctx = settings["n_ctx"]
    parameters.n_predict = TOKENS_IF_UNLIMITED
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = settings["n_threads"]
    parameters.use_jinja = True
    parameters.ui = False
    parameters.verbosity = 0
    return xllamacpp.Server(parameters)


if __name__ == "__main__":
    main()
