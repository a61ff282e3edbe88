"""A small studio as the build leaves it."""

import gzip
from pathlib import Path

INDEX = b"<!doctype html><title>Pressrun</title><script type=module src=/assets/index-4f1c2a.js></script>"
SCRIPT = b"document.title = 'Pressrun';\n" * 100
SCRIPT_PATH = "/assets/index-4f1c2a.js"


def sample_studio(folder: Path) -> Path:
    """Its files in a folder."""
    (folder / "assets").mkdir()
    (folder / "index.html").write_bytes(INDEX)
    (folder / "icon.svg").write_bytes(b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    script = folder / SCRIPT_PATH.removeprefix("/")
    script.write_bytes(SCRIPT)
    script.with_name(script.name + ".gz").write_bytes(gzip.compress(SCRIPT))
    script.with_name(script.name + ".br").write_bytes(b"brotli, as far as anybody here knows")
    return folder
