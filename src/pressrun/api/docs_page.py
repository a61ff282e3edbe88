"""`/docs`: Swagger UI from files of our own, never from a CDN."""

from functools import cache
from importlib.resources import files

from fastapi import APIRouter, Request, Response

from pressrun.errors import Code, PressrunError

router = APIRouter(include_in_schema=False)

ASSETS = {
    "swagger-ui.css": "text/css",
    "swagger-ui-bundle.js": "text/javascript",
    "start.js": "text/javascript",
}

PAGE = b"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Pressrun API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""

START = b"""SwaggerUIBundle({url: "openapi.json", dom_id: "#swagger-ui", deepLinking: true, validatorUrl: null});
"""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@router.get("/docs")
async def docs(_request: Request) -> Response:
    """The page."""
    return Response(PAGE, media_type="text/html", headers={"content-security-policy": POLICY})


@router.get("/docs/{name}")
async def asset(name: str) -> Response:
    """One of its files."""
    if name not in ASSETS:
        raise PressrunError(Code.NOT_FOUND, f"there is no file {name[:100]!r} here")
    return Response(_content(name), media_type=ASSETS[name], headers={"cache-control": "max-age=3600"})


@cache
def _content(name: str) -> bytes:
    """Read once: a thousand clients that take none of it share what they do not take."""
    return START if name == "start.js" else (files("fastapi_swagger") / "resources" / name).read_bytes()
