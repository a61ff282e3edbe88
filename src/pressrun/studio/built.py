"""The files that the build has left, read once: a URL is looked up among them and never reaches the file system."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

INDEX = "/index.html"
HASHED = "/assets/"
"""Where the names of files hold a hash of what is in them, so that they never change."""

MEDIA_TYPES = {
    "css": "text/css",
    "html": "text/html",
    "ico": "image/x-icon",
    "js": "text/javascript",
    "json": "application/json",
    "png": "image/png",
    "svg": "image/svg+xml",
    "txt": "text/plain",
    "webmanifest": "application/manifest+json",
    "woff2": "font/woff2",
}
COMPRESSED = {"br": ".br", "gzip": ".gz"}
"""The encodings the build compresses to, the best first, and what it adds to a file's name."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of the studio: its bytes as they are and as the build compressed them, by encoding."""

    media_type: str
    content: bytes
    digest: str
    encoded: Mapping[str, bytes]


def built_files(folder: Traversable | None = None) -> dict[str, File]:
    """Every file by its path in the URL; none when the studio was not built."""
    folder = folder or files("pressrun.studio") / "dist"
    if not folder.is_dir():
        return {}
    contents = dict(_walk(folder, "/"))
    return {
        path: _file(path, content, contents)
        for path, content in contents.items()
        if not path.endswith(tuple(COMPRESSED.values()))
    }


def _walk(folder: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _walk(entry, f"{path}{entry.name}/")
        else:
            yield path + entry.name, entry.read_bytes()


def _file(path: str, content: bytes, contents: Mapping[str, bytes]) -> File:
    media_type = MEDIA_TYPES.get(path.rpartition(".")[2], "application/octet-stream")
    encoded = {name: contents[path + suffix] for name, suffix in COMPRESSED.items() if path + suffix in contents}
    return File(media_type, content, hashlib.sha256(content).hexdigest()[:32], encoded)
