"""Celery on Redis doing the same work, in the peers' environment: `peer_celery.py MODEL_URL JOBS`; prints one line."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import celery

BODY = json.dumps({"model": "mock", "messages": [{"role": "user", "content": "Describe it."}]}).encode()
REDIS = os.environ["BENCH_REDIS"]
PLACES = 200
CALLERS = 32
TICKS = os.sysconf("SC_CLK_TCK")

app = celery.Celery("peer_celery", broker=REDIS, backend=REDIS)
app.conf.update(task_acks_late=True, worker_prefetch_multiplier=1, redis_max_connections=1000)


@app.task(name="ask")
def ask(model_url: str) -> str:
    """The text a model answers."""
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{model_url}/chat/completions", BODY, headers)  # noqa: S310 - our own mock
    with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310
        return str(json.loads(response.read())["choices"][0]["message"]["content"])


def cpu_s(pid: int) -> float:
    """CPU of a process, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def main() -> None:
    """Submit with 32 callers while one worker of 200 threads runs them; until the last result is there."""
    model_url, jobs = sys.argv[1], int(sys.argv[2])
    command = ["-A", "peer_celery", "worker", "-P", "threads", "-c", str(PLACES), "-l", "ERROR", "--without-mingle"]
    worker = subprocess.Popen(
        [sys.executable, "-m", "celery", *command], stdout=subprocess.DEVNULL, cwd=Path(__file__).parent
    )
    try:
        ask.delay(model_url).get(timeout=60)
        before, began = cpu_s(worker.pid), time.perf_counter()
        with ThreadPoolExecutor(CALLERS) as pool:
            results = list(pool.map(lambda _: ask.delay(model_url), range(jobs)))
        for result in results:
            result.get(timeout=300)
        took = time.perf_counter() - began
        print(json.dumps({"seconds": took, "cpu_s": cpu_s(worker.pid) - before}))
    finally:
        worker.terminate()
        worker.wait()


if __name__ == "__main__":
    main()
