"""`pressrun demo`: a server, an agent, three jobs by Writer's own client, a file of rows, and their texts."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from pressrun.agents import yaml_format
from pressrun.agents.definition import to_json
from pressrun.cli.demo_batch import run_batch
from pressrun.cli.failure import ExitCode, Failure
from pressrun.settings import Settings

EXAMPLE = "product-description.yaml"
ROWS = "products.csv"
PRODUCTS = (("Terra running shoe", "friendly"), ("Aqua swim goggles", "professional"), ("Flex yoga mat", "playful"))
START_S = 30
JOBS_S = 300
LOOK_EVERY_S = 0.25

console = Console(highlight=False, soft_wrap=True)


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers; `process` is set when the demo started it."""

    url: str
    api_key: str
    process: "subprocess.Popen[bytes] | None"


def demo(
    keep: Annotated[bool, typer.Option("--keep", help="Leave the server running at the end.")] = False,
) -> None:
    """Start a server with the embedded model; run three jobs and a file of rows through the example agent.

    Example: pressrun demo --keep
    """
    settings = Settings()
    try:
        with _server(settings, keep=keep) as server:
            agent_id = _deploy(server)
            _run(server, agent_id)
            results = settings.data_dir.expanduser() / "demo-results.csv"
            if not run_batch(console, server.url, server.api_key, Path(EXAMPLE).stem, _example(ROWS), results):
                raise typer.Exit(1)
            _say_what_next(settings, server, keep=keep)
    except KeyboardInterrupt:
        kept = settings.data_dir.expanduser()
        raise Failure(f"stopped; the agent and its jobs stay in {kept}", code=ExitCode.INTERRUPTED) from None


@contextmanager
def _server(settings: Settings, *, keep: bool) -> Iterator[Server]:
    """The one that runs already, or one that ends with the block, unless it is to be kept."""
    running = _running(settings)
    if running is not None:
        yield running
        return
    process = _spawn(settings)
    ready = False
    try:
        server = _ready(settings, process)
        ready = True
        yield server
    finally:
        if not (ready and keep):
            process.send_signal(signal.SIGTERM)
            process.wait()


def _running(settings: Settings) -> Server | None:
    """The server that is running already, if one is."""
    try:
        found = json.loads(settings.credentials_file.read_text())
        with urllib.request.urlopen(found["url"] + "/readyz", timeout=5):  # noqa: S310 - an address of our own
            console.print(f"Using the server that runs at {found['url']}.")
            return Server(found["url"], found["api_key"], None)
    except (OSError, ValueError, KeyError):
        return None


def _spawn(settings: Settings) -> "subprocess.Popen[bytes]":
    settings.data_dir.expanduser().mkdir(parents=True, exist_ok=True, mode=0o700)
    console.print("Starting `pressrun serve` (SQLite, embedded SmolLM2) …")
    with _log(settings).open("wb") as output:
        return subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "pressrun", "serve", "--port", str(_free_port(settings))],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def _ready(settings: Settings, process: "subprocess.Popen[bytes]") -> Server:
    """The server that was started, when it answers; raises Exit when it does not come to that."""
    began, until = time.time(), time.monotonic() + START_S
    while time.monotonic() < until and process.poll() is None:
        if settings.credentials_file.exists() and settings.credentials_file.stat().st_mtime >= began - 1:
            found = json.loads(settings.credentials_file.read_text())
            if _is_ready(found["url"]):
                return Server(found["url"], found["api_key"], process)
        time.sleep(0.05)
    process.kill()
    console.print(f"[red]The server did not start.[/] Its log, {escape(str(_log(settings)))}, ends with:")
    console.print(escape("\n".join(_log(settings).read_text("utf-8", "replace").splitlines()[-10:])))
    raise typer.Exit(1)


def _log(settings: Settings) -> Path:
    return settings.data_dir.expanduser() / "demo.log"


def _free_port(settings: Settings) -> int:
    import socket  # noqa: PLC0415 - only here

    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError:
            return 0
    return settings.port


def _is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(url + "/readyz", timeout=5) as response:  # noqa: S310
            return bool(json.loads(response.read()).get("workers") == "ok")
    except (OSError, ValueError):
        return False


def _deploy(server: Server) -> str:
    """Apply the example and deploy it; its id."""
    definition = yaml_format.read(_example(EXAMPLE).read_text("utf-8"))
    console.print(f"Applying examples/{EXAMPLE} and deploying it …")
    try:
        found = _request(server, "PUT", f"/v1/applications/{definition.alias}/draft", to_json(definition))
    except urllib.error.HTTPError as error:
        if error.code != 404:
            raise
        found = _request(server, "POST", "/v1/applications", to_json(definition))
    return str(_request(server, "POST", f"/v1/applications/{found['id']}/deploy", b"{}")["id"])


def _example(name: str) -> Path:
    package = Path(__file__).parents[1] / "examples" / name
    return package if package.exists() else Path(__file__).parents[3] / "examples" / name


def _request(server: Server, method: str, path: str, body: bytes) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {server.api_key}", "Content-Type": "application/json"}
    request = urllib.request.Request(server.url + path, body, headers, method=method)  # noqa: S310
    with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310
        answer: dict[str, Any] = json.loads(response.read())
        return answer


def _run(server: Server, agent_id: str) -> None:
    """Create the jobs with Writer's own client, watch them, print their texts."""
    try:
        from writerai import Writer  # noqa: PLC0415 - the demo alone needs it
    except ImportError:
        console.print("[red]The demo uses Writer's own client:[/] pip install writer-sdk")
        raise typer.Exit(1) from None
    with Writer(base_url=server.url, api_key=server.api_key) as client:
        console.print("Creating three jobs with Writer's official client (writer-sdk) …\n")
        jobs = {}
        for product, tone in PRODUCTS:
            inputs = [{"id": "Product name", "value": [product]}, {"id": "Tone", "value": [tone]}]
            jobs[product] = client.applications.jobs.create(agent_id, inputs=inputs)  # type: ignore[arg-type]
        ended = _watch({name: job.id for name, job in jobs.items()}, client.applications.jobs.retrieve)
    for product, _ in PRODUCTS:
        job = ended[product]
        console.print(f"\n[bold]{escape(product)}[/]")
        console.print(escape(job.data.suggestion.strip()) if job.data else f"[red]{escape(str(job.error))}[/]")
    if any(job.status != "completed" for job in ended.values()):
        raise typer.Exit(1)


def _watch(jobs: dict[str, str], retrieve: Callable[[str], Any]) -> dict[str, Any]:
    """Show the jobs' progress until all have ended; the jobs as they then stand."""
    began = time.monotonic()
    seconds: dict[str, float] = {}
    with Live(console=console, refresh_per_second=8, transient=not console.is_terminal) as live:
        while time.monotonic() - began < JOBS_S:
            current = {name: retrieve(job_id) for name, job_id in jobs.items()}
            for name, job in current.items():
                if job.status != "in_progress" and name not in seconds:
                    seconds[name] = time.monotonic() - began
                    if not console.is_terminal:
                        console.print(f"{job.status:<12}{name} ({seconds[name]:.1f} s)")
            live.update(_table(current, seconds, time.monotonic() - began))
            if len(seconds) == len(jobs):
                return current
            time.sleep(LOOK_EVERY_S)
    console.print(f"[red]The jobs were not done after {JOBS_S} seconds.[/] `pressrun jobs show ID` tells why.")
    raise typer.Exit(1)


def _table(jobs: dict[str, Any], seconds: dict[str, float], now_s: float) -> Table:
    table = Table("Product", "State", "Time", "Tokens", box=None, pad_edge=False)
    colours = {"completed": "green", "failed": "red", "running": "cyan"}
    for name, job in jobs.items():
        extra = job.model_extra or {}
        state = str(extra.get("state", job.status))
        tokens = (extra.get("usage") or {}).get("total_tokens") or ""
        shown = f"[{colours.get(state, 'dim')}]{state}[/]"
        table.add_row(escape(name), shown, f"{seconds.get(name, now_s):.1f} s", str(tokens))
    return table


def _say_what_next(settings: Settings, server: Server, *, keep: bool) -> None:
    command = "pressrun" if not os.environ.get("PRESSRUN_DEMO_COMMAND") else os.environ["PRESSRUN_DEMO_COMMAND"]
    console.print()
    stays = keep or server.process is None
    if not stays:
        console.print(f"The server stops now; agent and jobs stay in {escape(str(settings.data_dir.expanduser()))}.")
    console.print(f"[bold]API[/]   {server.url}")
    console.print(f"[bold]Rows[/]  {escape(str(settings.data_dir.expanduser() / 'demo-results.csv'))}")
    console.print(f"[bold]Docs[/]  {server.url}/docs")
    console.print(f"[bold]Key[/]   in {escape(str(settings.credentials_file))}")
    if stays and server.process is not None:
        console.print(f"[bold]Stop[/]  kill {server.process.pid}")
    else:
        console.print("[bold]Stop[/]  Ctrl-C in the terminal of the server")
    console.print("[bold]Next[/]")
    if not stays:
        console.print(f"  {command} serve        # start it again; `{command} demo --keep` leaves it running")
    console.print(f'  {command} run product-description "Product name=Nova desk lamp" Tone=playful')
    console.print(f"  {command} batch product-description {escape(str(_example(ROWS)))} -o results.xlsx")
    console.print(f"  {command} studio       # a link that signs you in to the studio")
    console.print(f"  {command} jobs list product-description")
    console.print(f"  {command} agents show product-description --yaml")
