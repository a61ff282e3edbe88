"""Whether a request with a cookie comes from the studio itself, and not from another page in the same browser."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from pressrun.errors import Code, PressrunError

STUDIO_HEADER = b"x-pressrun-studio"
"""Sent with every request of the studio's; a page of another origin would have to ask first, and is told no."""

OURS = {"same-origin", "none"}
SAFE = {"GET", "HEAD"}
FORM_TYPES = {"application/x-www-form-urlencoded", "multipart/form-data", "text/plain"}
"""What a form can send without asking; no route of ours takes it from a browser."""


DOWNLOADS = re.compile(
    r"/v1/(?:batches/[^/]+/results|applications/[^/]+/batches/template|files/[^/]+/download)",
)
"""What links of the studio save and its pictures show: the browser writes a file to the disk as it comes, which no
script can do."""

LOADS = {"navigate", "no-cors"}
"""What a link and a picture say of themselves."""


def is_download(method: str, path: str, headers: Mapping[bytes, str]) -> bool:
    """Whether a link or a picture of the studio's own pages loads a file; neither sends a header of ours.

    `Sec-Fetch-*` are the browser's own words, which no page can change, and every browser of TLS or a loopback
    address says them.
    """
    return (
        method == "GET"
        and headers.get(b"sec-fetch-site") == "same-origin"
        and headers.get(b"sec-fetch-mode") in LOADS
        and DOWNLOADS.fullmatch(path) is not None
    )


def check(method: str, headers: Mapping[bytes, str], public_url: str | None = None) -> None:
    """Raises PressrunError: forbidden for a request of another site's, invalid for a body that a form could send."""
    site = headers.get(b"sec-fetch-site")
    if site is not None:
        is_ours = site in OURS
    else:
        is_ours = method in SAFE or _is_own(headers.get(b"origin", ""), headers.get(b"host", ""), public_url)
    if STUDIO_HEADER not in headers or not is_ours:
        raise PressrunError(Code.FORBIDDEN, "with a cookie, only requests of this server's own studio are answered")
    media_type = headers.get(b"content-type", "").partition(";")[0].strip().lower()
    if method not in SAFE and media_type in FORM_TYPES:
        raise PressrunError(Code.INVALID, f"with a cookie, a body must not be {media_type}: send application/json")


def _is_own(origin: str, host: str, public_url: str | None) -> bool:
    """Whether an `Origin` is that of the address the request was sent to."""
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    own = {host.lower(), urlsplit(public_url or "").netloc.lower()} - {""}
    return parts.scheme in {"http", "https"} and parts.netloc.lower() in own
