"""Real workers keep to the limits of a provider, as the provider sees their calls arrive."""

import os
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from tests.live_server import LiveServer, live_server
from tests.mock_model import MockModel, mock_model
from tests.worker.test_processes import create, deploy, wait_for

RPM = 40
MINUTE_S = 60.0


@dataclass
class Watched(MockModel):
    """Notes when each call arrived."""

    arrived: list[float] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        """One chat completion."""
        self.arrived.append(time.monotonic())
        return await super().answer(request)

    def most_in_a_minute(self) -> int:
        """The most calls that any 60 seconds held."""
        return max(sum(1 for other in self.arrived if at - MINUTE_S < other <= at) for at in self.arrived)


def reason(server: LiveServer, job_id: str) -> str:
    return str(server.request("GET", f"/v1/applications/jobs/{job_id}")["queued_reason"])


async def test_several_workers_share_the_limit_of_a_provider(dialect: str, database_url: str, tmp_path: Path) -> None:
    """One of them is killed meanwhile: what it was permitted stays counted, and another takes its jobs."""
    with (
        mock_model(lambda _nonce, _serial: 0.3, Watched) as mock,
        live_server(tmp_path / "data", database_url, arguments=("--workers", "3", "--concurrency", "20")) as server,
    ):
        assert isinstance(mock, Watched)
        deploy(server, mock)
        server.request("PATCH", "/v1/models/mock", {"rpm": RPM, "tpm": 1_000_000})
        wait_for(lambda: server.request("GET", "/v1/models")["models"][0]["rpm"] == RPM, "the limit is known")
        jobs = [create(server, f"nonce-{number:03}") for number in range(3 * RPM)]
        wait_for(lambda: len(mock.arrived) > RPM // 2, "calls arrive")
        os.kill(server.workers()[0], signal.SIGKILL)
        wait_for(lambda: len(server.workers()) == 3, "another worker begins")
        wait_for(lambda: f"{RPM} calls a minute are allowed" in reason(server, jobs[-1]), "the limit is reached")
        wait_for(lambda: len(mock.in_flight) == 0, "what was begun has ended")
        assert RPM - 3 <= len(mock.arrived) <= RPM
        if dialect == "postgres":
            return  # one real minute is enough
        wait_for(lambda: len(mock.arrived) > RPM, "the minute is over", within_s=3 * MINUTE_S)
        assert mock.most_in_a_minute() <= RPM
