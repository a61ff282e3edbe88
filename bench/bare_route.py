"""The limit of a create: the framework's own route, which reads the body and keeps nothing; prints its port."""

import asyncio
import socket
from typing import Any

import uvicorn
from fastapi import FastAPI

app = FastAPI()


@app.post("/v1/applications/{application_id}/jobs", status_code=202)
async def create(application_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """Says yes."""
    return {"id": application_id, "status": "in_progress", "inputs": len(body["inputs"])}


def main() -> None:
    """Serve on a free loopback port."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(1024)
    print(listener.getsockname()[1], flush=True)
    asyncio.run(uvicorn.Server(uvicorn.Config(app, loop="uvloop", log_level="warning")).serve(sockets=[listener]))


if __name__ == "__main__":
    main()
