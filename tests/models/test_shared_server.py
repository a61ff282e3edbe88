"""A hold on a shared child that outlives the event loop in which it was first asked."""

import asyncio
import threading

from pressrun.models.local_runtime import Runtime
from pressrun.models.shared_server import Child, SharedServer


class Slow(SharedServer):
    """Its start takes as long as the test wants, and fails."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.go = threading.Event(), threading.Event()

    def prepare(self) -> Child:
        self.begun.set()
        self.go.wait(20)
        raise OSError("enough")

    def verify(self, runtime: Runtime) -> None:
        raise AssertionError(runtime)


def test_a_start_whose_loop_has_ended_holds_up_nobody() -> None:
    """Its end is never heard of: to wait for it would be for ever."""
    server, loop = Slow(), asyncio.new_event_loop()
    asking = loop.create_task(server.address())
    loop.run_until_complete(asyncio.to_thread(server.begun.wait, 20))
    assert not asking.done()
    loop.close()
    server.go.set()

    async def close() -> None:
        async with asyncio.timeout(20):
            await server.close()

    asyncio.run(close())
