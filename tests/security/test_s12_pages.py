"""S-12: a page of ours runs, loads and sends nothing but what this server itself delivers."""

import pytest

from pressrun.settings import Settings
from pressrun.studio.built import built_files
from pressrun.studio.pages import Pages
from pressrun.system import System
from tests.api.sample_studio import sample_studio
from tests.api.server import serving

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; object-src 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'"
)
BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8", "sec_fetch_mode": "navigate"}


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
@pytest.mark.parametrize("built", [True, False], ids=["built", "not built"])
async def test_s12_the_policy_is_on_every_html_answer(
    settings: Settings, system: System, tmp_path_factory: pytest.TempPathFactory, built: bool
) -> None:
    """Whether it is a page, a wrong address, or says that there is no studio."""
    files = built_files(sample_studio(tmp_path_factory.mktemp("dist"))) if built else {}
    async with serving(system, Pages(files)) as server:
        client = server.client(None)
        for path in ("/", "/agents/x", "/nothing/at/all", "/..%2f..%2fetc/passwd", "/%00", "/index.html", "/sign-in"):
            answer = await client.get(path, **BROWSER)
            assert answer.headers["content-type"] == "text/html; charset=utf-8", path
            assert answer.headers["content-security-policy"] == POLICY, path
            assert answer.headers["cache-control"] == "no-store", path
            assert b"<script>" not in answer.raw
            assert b"style=" not in answer.raw
        for path in ("/v1/keys", "/v1/nothing", "/metrics", "/healthz", "/openapi.json", "/assets/nothing.js"):
            answer = await client.get(path, **BROWSER)
            assert answer.headers["content-type"] == "application/json", path


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_s14_no_origin_is_ever_allowed(settings: Settings, system: System, tmp_path: str) -> None:
    """Not by any route, page or file, and none is repeated."""
    async with serving(system, Pages(built_files())) as server:
        for origin in (
            "https://evil.example",
            "null",
            f"{server.url}.evil.example",
            f"https://evil-{server.port}",
            server.url,
        ):
            for method in ("GET", "OPTIONS"):
                for path in ("/", "/v1/keys", "/v1/session", "/assets/a.js", "/openapi.json"):
                    answer = await server.client(None).send(method, path, origin=origin, accept="text/html")
                    told = [f"{name}: {value}" for name, value in answer.headers.items()]
                    assert not [one for one in told if one.lower().startswith("access-control") or origin in one]
