"""The embedded model itself: real weights, real processes."""

import asyncio
import os
import select
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pressrun.errors import FailureCode, RunFailure
from pressrun.models.local import LocalModel, LocalOptions
from pressrun.models.local_runtime import Address, Runtime
from pressrun.models.local_server import child_of
from pressrun.models.openai_compatible import OpenAICompatible
from pressrun.models.provider import Answer, Message, Question
from pressrun.models.shared_server import died

QUESTION = Question("smollm2-135m", (Message("user", "Say hello."),), max_tokens=4, temperature=0.0)
ENDS_WITHIN_S = 10.0


@pytest.fixture
async def local(tmp_path: Path) -> AsyncIterator[LocalModel]:
    model = LocalModel(LocalOptions(runtime_dir=tmp_path))
    yield model
    await model.close()


def where(local: LocalModel) -> Address:
    assert local._address is not None
    return local._address


async def ended(process: int) -> bool:
    """Wait for any process of this machine to end."""
    try:
        descriptor = os.pidfd_open(process)
    except ProcessLookupError:
        return True
    ready, _, _ = await asyncio.to_thread(select.select, [descriptor], [], [], ENDS_WITHIN_S)
    os.close(descriptor)
    return bool(ready)


async def user(runtime_dir: Path) -> tuple[subprocess.Popen[str], int]:
    """Another process that uses the model, and the process that answers it."""
    process = await asyncio.to_thread(
        subprocess.Popen,
        [sys.executable, str(Path(__file__).with_name("use_local.py")), str(runtime_dir)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    pid, tokens = (await asyncio.to_thread(process.stdout.readline)).split()
    assert int(tokens) > 0
    return process, int(pid)


def dismiss(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


async def test_it_starts_on_first_use_and_tells_nobody_its_key(local: LocalModel, tmp_path: Path) -> None:
    assert local._address is None
    answer, *others = await asyncio.gather(*(local.complete(QUESTION) for _ in range(4)))
    assert answer.text
    assert answer.usage.completion_tokens == 4
    assert len(others) == 3
    address = where(local)
    check_privacy(tmp_path, address)
    stranger = OpenAICompatible(address.base_url, "guess")
    with pytest.raises(RunFailure) as caught:
        await stranger.complete(QUESTION)
    assert caught.value.code == FailureCode.MODEL_AUTHENTICATION
    await stranger.close()


def check_privacy(runtime_dir: Path, address: Address) -> None:
    (folder,) = runtime_dir.iterdir()
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.name for path in folder.iterdir()} == {"address.json", "log", "server", "start", "users", "verified"}
    assert (folder / "address.json").stat().st_mode & 0o777 == 0o600
    shown = Path(f"/proc/{address.pid}/cmdline").read_bytes() + Path(f"/proc/{address.pid}/environ").read_bytes()
    assert address.api_key.encode() not in shown
    assert address.api_key not in repr(address)


async def test_processes_share_it_and_it_ends_with_the_last(local: LocalModel, tmp_path: Path) -> None:
    (one, served_by), (other, also_by) = await asyncio.gather(user(tmp_path), user(tmp_path))
    await local.complete(QUESTION)
    assert served_by == also_by == where(local).pid
    dismiss(one)  # SIGKILL: the kernel lets go for it
    assert (await local.complete(QUESTION)).text
    await local.close()
    late, late_by = await user(tmp_path)
    assert late_by == served_by  # one user was enough to keep it
    dismiss(other)
    dismiss(late)
    assert await ended(served_by)


async def test_a_killed_server_is_started_again(local: LocalModel) -> None:
    await local.complete(QUESTION)
    first = where(local).pid
    os.kill(first, signal.SIGKILL)
    assert await ended(first)
    assert (await local.complete(QUESTION)).text
    second = where(local).pid
    assert second != first
    os.kill(second, signal.SIGKILL)
    *pieces, answer = [item async for item in local.stream(QUESTION)]
    assert isinstance(answer, Answer)
    assert "".join(map(str, pieces)) == answer.text
    assert where(local).pid not in {first, second}
    await local.close()
    assert await ended(where(local).pid)


async def test_a_cancelled_call_leaves_the_start_to_the_others(local: LocalModel) -> None:
    impatient, patient = (asyncio.create_task(local.complete(QUESTION)) for _ in range(2))
    await asyncio.sleep(0)
    impatient.cancel()
    assert (await patient).text
    assert impatient.cancelled()


async def test_a_prompt_beyond_its_context_is_refused(local: LocalModel) -> None:
    with pytest.raises(RunFailure, match="exceeds the available context size") as caught:
        await local.complete(Question(None, (Message("user", "word " * 5000),)))
    assert (caught.value.code, caught.value.retryable) == (FailureCode.MODEL_REFUSED, False)


async def test_weights_that_are_not_there(tmp_path: Path) -> None:
    local = LocalModel(LocalOptions(weights=tmp_path / "none.gguf", runtime_dir=tmp_path))
    with pytest.raises(RunFailure, match=r"there is no file .*none\.gguf"):
        await local.complete(QUESTION)
    await local.close()


async def test_weights_that_are_none(tmp_path: Path) -> None:
    weights = tmp_path / "bad.gguf"
    weights.write_bytes(b"not a model")
    local = LocalModel(LocalOptions(weights=weights, runtime_dir=tmp_path))
    with pytest.raises(RunFailure, match="The embedded model cannot start: it ") as caught:
        await local.complete(QUESTION)
    assert caught.value.code == FailureCode.MODEL_UNAVAILABLE
    assert "last words: none" not in caught.value.message
    await local.close()


async def test_a_start_that_takes_too_long(tmp_path: Path) -> None:
    local = LocalModel(LocalOptions(start_timeout_s=0.0, runtime_dir=tmp_path))
    with pytest.raises(RunFailure, match="not ready within 0 s") as caught:
        await local.complete(QUESTION)
    assert caught.value.retryable
    await local.close()


async def test_a_folder_that_is_not_ours(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    local = LocalModel(LocalOptions(runtime_dir=tmp_path / "link"))
    with pytest.raises(RunFailure, match="belongs to another user or is not a folder"):
        await local.complete(QUESTION)
    await local.close()


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("import os; os.kill(os.getpid(), 4)", "ended by SIGILL; this processor lacks"),
        ("import sys; sys.exit('libgomp.so.1: cannot open')", "libgomp is missing: run `pressrun models install`"),
        ("import sys; sys.exit('no such thing')", "ended with status 1. Its last words: no such thing"),
    ],
)
def test_what_is_said_of_a_child_that_died(tmp_path: Path, program: str, said: str) -> None:
    runtime = Runtime(tmp_path)
    with runtime.log.open("wb") as log:
        child = subprocess.Popen([sys.executable, "-c", program], stderr=log)
    assert said in died(child_of(LocalOptions(), None), child, runtime).message
