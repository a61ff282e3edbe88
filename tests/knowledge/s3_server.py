"""A server that speaks S3 on loopback (moto's), with an empty bucket."""

import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

from moto.server import ThreadedMotoServer

BUCKET = "files"


@contextmanager
def s3_server() -> Iterator[str]:
    """Its address."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        address = f"http://{host}:{port}"
        made = urllib.request.Request(f"{address}/{BUCKET}", method="PUT")  # noqa: S310 - our own server
        urllib.request.urlopen(made, timeout=10).close()  # noqa: S310
        yield address
    finally:
        server.stop()
