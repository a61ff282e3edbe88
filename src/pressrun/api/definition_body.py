"""An agent's definition as it arrives: JSON, or YAML when the content type says so."""

from starlette.requests import Request

from pressrun.agents.check import check
from pressrun.agents.definition import AgentDefinition
from pressrun.api.json_body import read_json
from pressrun.errors import Code, PressrunError

YAML_TYPES = {"application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"}


async def read_definition(request: Request) -> AgentDefinition:
    """The definition; raises PressrunError (invalid) with every fault, in YAML with its line."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type in YAML_TYPES:
        from pressrun.agents import yaml_format  # noqa: PLC0415 - slow to import, and JSON is what mostly comes

        try:
            return yaml_format.read((await request.body()).decode("utf-8"))
        except UnicodeDecodeError as error:
            raise PressrunError(Code.INVALID, f"the body is not valid UTF-8: {error}") from None
    value, _ = await read_json(request)
    return check(value)
