"""A second server on the same data folder."""

import asyncio

from pressrun.torture.fault import Fault
from pressrun.torture.load import load
from pressrun.torture.server import Server
from pressrun.torture.testbed import Testbed


async def second(bed: Testbed) -> None:
    """A second `pressrun serve` on the same folder refuses to start and says why; the first is not disturbed."""
    await bed.serve()
    async with load(bed):
        for _ in range(bed.repetitions):
            async with bed.fault("a second server"):
                other = Server(bed.server.data_dir.parent, bed.server.database_url, workers=1, source=bed.place.source)
                other.log = bed.folder / "second.log"
                code, said = await _refusal(other)
            bed.find("its exit code", code, ok=code not in {0, None}, bar="not 0")
            clear = any(word in said for word in ("already", "in use", "another", "one server"))
            bed.find("it says why", said.strip()[-160:], ok=clear and "Traceback" not in said)


async def _refusal(other: Server) -> tuple[int | None, str]:
    process = other.spawn("serve", "--port", "0")
    try:
        code = await asyncio.wait_for(asyncio.to_thread(process.wait), 30)
    except TimeoutError:
        process.kill()
        code = None
    return code, other.tail()


FAULTS = (
    Fault("F20", "A second server on the same data folder", second, {"p": 1, "r": 3}, cost_s=8, stores=("sqlite",)),
)
