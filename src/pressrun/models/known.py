"""Models that nobody has to add: the built-in ones, and OpenAI's when the environment holds a key."""

import re
from collections.abc import Mapping
from dataclasses import replace

from pressrun.models.local_server import ALIAS
from pressrun.models.model import Model

LOCAL = Model(ALIAS, "local", model_id=ALIAS, concurrency=4, timeout_s=300, source="built-in")
SCRIPTED = Model("scripted", "scripted", source="built-in", vision=True)
BUILT_IN = {LOCAL.name: LOCAL, SCRIPTED.name: SCRIPTED}
ALIASES = {"local": LOCAL.name}

OPENAI_URL = "https://api.openai.com/v1"
OPENAI_DEFAULT = "gpt-4o-mini"
OPENAI_PREFIX = "openai/"
OPENAI_NAME = re.compile(r"(gpt-|chatgpt-|o[134](-|$)).*")


def known_model(name: str, environ: Mapping[str, str]) -> Model | None:
    """The built-in model or the one of OpenAI's that a name means; None for a name of neither."""
    built_in = BUILT_IN.get(ALIASES.get(name, name))
    if built_in is not None:
        return replace(built_in, name=name)
    model_id = openai_id(name)
    if model_id is None or openai_key(environ) is None:
        return None
    return Model(
        name,
        "openai",
        base_url=openai_url(environ),
        model_id=model_id,
        has_api_key=True,
        source="environment",
        vision=True,  # nearly all of them; one that is not refuses by itself
    )


def default_name(environ: Mapping[str, str]) -> str:
    """The model that is meant where none is named and none is flagged."""
    return OPENAI_DEFAULT if openai_key(environ) else LOCAL.name


def openai_id(name: str) -> str | None:
    """OpenAI's own name for a model that is called `openai/<id>` or as OpenAI's are; None for other names."""
    if name.startswith(OPENAI_PREFIX):
        return name.removeprefix(OPENAI_PREFIX) or None
    return name if OPENAI_NAME.fullmatch(name) else None


def openai_key(environ: Mapping[str, str]) -> str | None:
    """OpenAI's key in the environment; None when it is unset or blank."""
    return environ.get("OPENAI_API_KEY", "").strip() or None


def openai_url(environ: Mapping[str, str]) -> str:
    """Where OpenAI's models are."""
    return environ.get("OPENAI_BASE_URL", "").strip() or OPENAI_URL
