"""A process that uses the embedded model until its input ends: `python use_local.py RUNTIME_DIR`."""

import asyncio
import sys
from pathlib import Path

from pressrun.models.local import LocalModel, LocalOptions
from pressrun.models.provider import Message, Question


async def main() -> None:
    """Ask once, say which process answered, and hold on to it."""
    local = LocalModel(LocalOptions(runtime_dir=Path(sys.argv[1])))
    answer = await local.complete(Question(None, (Message("user", "Hi"),), max_tokens=2))
    assert local._address is not None
    sys.stdout.write(f"{local._address.pid} {answer.usage.completion_tokens}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    await local.close()


if __name__ == "__main__":
    asyncio.run(main())
