"""strace as a tool of the nemesis: it kills a process at its N-th system call, or makes the call fail."""

import asyncio
import signal
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pressrun.torture import processes

ATTACH_S = 15.0
LETS_GO_S = 1.0


@asynccontextmanager
async def injected(pid: int, calls: str, action: str, when: str, log: Path) -> AsyncIterator["subprocess.Popen[bytes]"]:
    """Attach to a process for the block's length; raises TimeoutError when strace does not come to it.

    `calls` names system calls, `action` is `signal=SIGKILL` or `error=EIO`, `when` is the number of the call, `N+` for
    it and all after it. The calls are counted for each thread.
    """
    log.write_bytes(b"")
    with log.open("ab") as output:
        tracer = subprocess.Popen(
            ["strace", "-f", "-o", "/dev/null", "-e", f"inject={calls}:{action}:when={when}", "-p", str(pid)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=output,
        )
    watcher = asyncio.create_task(_let_go(tracer, pid))
    try:
        await _attached(tracer, pid, log)
        yield tracer
    finally:
        watcher.cancel()
        if tracer.poll() is None:
            tracer.send_signal(signal.SIGINT)  # lets go of the process
        await asyncio.to_thread(tracer.wait)


async def _let_go(tracer: "subprocess.Popen[bytes]", pid: int) -> None:
    """End a tracer that outlives its process.

    Now and then it waits for a thread of the process it has killed, which nobody can reap as long as it does.
    """
    while processes.alive(pid):
        await asyncio.sleep(0.05)
    await asyncio.sleep(LETS_GO_S)
    tracer.kill()


async def _attached(tracer: "subprocess.Popen[bytes]", pid: int, log: Path) -> None:
    until = time.monotonic() + ATTACH_S
    while b"attached" not in log.read_bytes():
        if time.monotonic() > until or (tracer.poll() is not None and processes.alive(pid)):
            raise TimeoutError(f"strace did not attach: {log.read_text()[-500:]}")
        await asyncio.sleep(0.02)
