"""The studio's pages over HTTP: whatever a browser asks for that no route of the API answers."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from pressrun.errors import Code, PressrunError
from pressrun.studio.built import HASHED, INDEX, File
from pressrun.studio.encodings import chosen
from pressrun.studio.policy import HEADERS

FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"

NOT_BUILT = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Pressrun</title>
<link rel="icon" href="data:,">
</head>
<body>
<h1>The studio is not part of this installation</h1>
<p>The API and the command line work without it. It was left out when Pressrun was built (PRESSRUN_STUDIO=skip), or its
build failed.</p>
<p>In a checkout, <code>bin/setup run</code> builds it; it needs Node 20 or newer, or fetches one. Wheels that are
published hold it. Then start the server again.</p>
<p>The API is described at <a href="/docs">/docs</a>.</p>
</body>
</html>
"""


class Pages:
    """Answers for browsers; `files` are the built ones by their paths."""

    def __init__(self, files: Mapping[str, File]) -> None:
        self._files = files

    def __call__(self, scope: Mapping[str, Any], headers: Mapping[bytes, str]) -> Response | None:
        """The answer to a request outside the API; None when it is no browser's. Raises PressrunError (not_found)."""
        if scope["method"] not in {"GET", "HEAD"}:
            return None
        path: str = scope["path"]
        file = self._files.get(path)
        if file is not None and path != INDEX:
            return _answer(path, file, headers)
        if path.startswith(HASHED):
            raise PressrunError(Code.NOT_FOUND, "there is no such file: the studio was built anew, load the page again")
        if "text/html" not in headers.get(b"accept", "").lower():
            return None
        return self._index(headers)

    def _index(self, headers: Mapping[bytes, str]) -> Response:
        """The one page, which finds out by itself what to show at its URL."""
        file = self._files.get(INDEX)
        if file is None:
            return Response(NOT_BUILT, 503, {**HEADERS, "cache-control": "no-store"}, "text/html")
        content, encoding = _encoded(file, headers)
        return Response(
            content,
            200,
            {**HEADERS, **encoding, "vary": "accept-encoding", "cache-control": "no-store"},
            file.media_type,
        )


def _answer(path: str, file: File, headers: Mapping[bytes, str]) -> Response:
    content, encoding = _encoded(file, headers)
    tag = f'"{file.digest}{"-" + encoding["content-encoding"] if encoding else ""}"'
    kept = {
        **HEADERS,
        "etag": tag,
        "vary": "accept-encoding",
        "cache-control": FOR_EVER if path.startswith(HASHED) else ASK_AGAIN,
    }
    if tag in (one.strip().removeprefix("W/") for one in headers.get(b"if-none-match", "").split(",")):
        return Response(None, 304, kept)
    return Response(content, 200, {**kept, **encoding}, file.media_type)


def _encoded(file: File, headers: Mapping[bytes, str]) -> tuple[bytes, dict[str, str]]:
    name = chosen(headers.get(b"accept-encoding", ""), list(file.encoded))
    return (file.content, {}) if name is None else (file.encoded[name], {"content-encoding": name})
