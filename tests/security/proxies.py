"""Real proxies in front of a server, each with one connection to it that every client's requests share."""

import asyncio
import contextlib
import shutil
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path

NGINX = """
daemon off; master_process off; pid {folder}/pid; error_log stderr error; worker_rlimit_nofile 512;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  upstream pressrun {{ server 127.0.0.1:{behind}; keepalive 1; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://pressrun; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host;
      proxy_request_buffering {buffering};
    }}
  }}
}}
"""

HAPROXY = """
global
  maxconn 64
defaults
  mode http
  timeout connect 5s
  timeout client 5s
  timeout server 30s
  http-reuse always
frontend all
  bind 127.0.0.1:{port}
  default_backend pressrun
backend pressrun
  server one 127.0.0.1:{behind} maxconn 1 pool-max-conn 1
"""


def _nginx(folder: Path, port: int, behind: int, *, buffering: str) -> list[str]:
    file = folder / "nginx.conf"
    file.write_text(NGINX.format(folder=folder, port=port, behind=behind, buffering=buffering))
    return ["nginx", "-p", str(folder), "-e", "stderr", "-c", str(file)]


def _haproxy(folder: Path, port: int, behind: int) -> list[str]:
    file = folder / "haproxy.cfg"
    file.write_text(HAPROXY.format(port=port, behind=behind))
    return ["haproxy", "-db", "-q", "-f", str(file)]


PROXIES: dict[str, Callable[[Path, int, int], list[str]]] = {
    "nginx": lambda folder, port, behind: _nginx(folder, port, behind, buffering="on"),
    "nginx that streams bodies": lambda folder, port, behind: _nginx(folder, port, behind, buffering="off"),
    "haproxy": _haproxy,
}


def is_installed(name: str) -> bool:
    """Whether the program is here."""
    return shutil.which(name.partition(" ")[0]) is not None


@contextlib.asynccontextmanager
async def proxied(name: str, folder: Path, behind: int) -> AsyncIterator[int]:
    """The port of a proxy before the server on port `behind`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    process = await asyncio.create_subprocess_exec(*PROXIES[name](folder, port, behind))
    try:
        async with asyncio.timeout(30):
            while True:
                assert process.returncode is None, f"{name} does not start"
                with contextlib.suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                    writer.close()
                    break
                await asyncio.sleep(0.02)
        yield port
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
