"""Whether the models that an agent's prompts name are there."""

from pressrun.agents.definition import AgentDefinition
from pressrun.errors import Problem
from pressrun.models.catalog import Catalog


async def unknown_models(catalog: Catalog, organization_id: str, definition: AgentDefinition) -> list[Problem]:
    """A problem for each prompt and model that nobody configured."""
    unknown = set(await catalog.unknown_models(organization_id, definition.models))
    if not unknown:
        return []
    names = ", ".join(model.name for model in await catalog.models(organization_id))
    return [
        Problem(
            f"prompt {prompt.name!r} asks for the model {model!r}, which nobody configured; "
            f"known: {names}. Add it with `pressrun models add`",
            {"prompt": prompt.name, "model": model},
        )
        for prompt in definition.prompts
        for model in prompt.candidates
        if model in unknown
    ]
