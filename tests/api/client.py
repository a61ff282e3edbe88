"""A client that speaks to a server over a socket, and holds every answer against the contract."""

from dataclasses import dataclass, field
from typing import Any

import aiohttp
import msgspec
from multidict import CIMultiDictProxy
from yarl import URL

from tests.api.contract import Contract


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: CIMultiDictProxy[str]
    raw: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return msgspec.json.decode(self.raw)

    @property
    def descriptions(self) -> list[str]:
        """What a refusal says is wrong."""
        return [error["description"] for error in self.json["errors"]]

    def ok(self, status: int = 200) -> Any:
        """The JSON of an answer that must have this status."""
        assert self.status == status, (self.status, self.raw)
        return self.json


@dataclass(frozen=True)
class Client:
    """One caller; `token` None sends no key."""

    session: aiohttp.ClientSession
    url: str
    contract: Contract
    token: str | None
    headers: dict[str, str] = field(default_factory=dict)

    async def send(
        self, method: str, path: str, body: Any = None, *, raw: bytes | None = None, **headers: str
    ) -> Answer:
        """One request; `body` is sent as JSON, `raw` as it is. Underscores in header names become hyphens."""
        sent = {"authorization": f"Bearer {self.token}"} if self.token is not None else {}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        data = msgspec.json.encode(body) if raw is None and body is not None else raw
        url = URL(self.url + path, encoded=True)
        async with self.session.request(method, url, data=data, headers=sent, allow_redirects=False) as response:
            answer = Answer(response.status, response.headers, await response.read())
        self.contract.check(method, path, answer.status, answer.headers, answer.raw)
        return answer

    async def get(self, path: str, **headers: str) -> Answer:
        """GET."""
        return await self.send("GET", path, None, raw=None, **headers)

    async def post(self, path: str, body: Any = None, *, raw: bytes | None = None, **headers: str) -> Answer:
        """POST."""
        return await self.send("POST", path, body, raw=raw, **headers)

    async def delete(self, path: str, **headers: str) -> Answer:
        """DELETE."""
        return await self.send("DELETE", path, None, raw=None, **headers)
