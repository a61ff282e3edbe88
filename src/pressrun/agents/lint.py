"""What is probably not meant in a definition that can be run: warnings, never refusals."""

import re
from collections.abc import Iterator

from pressrun.agents.check import nearest
from pressrun.agents.definition import AgentDefinition
from pressrun.agents.references import BRACED, LETTER, WORD_BEGINS, Names, Reference, Template, found

MAX_WARNINGS = 50
_REFERENCE_LIKE = re.compile(rf"@\{{{BRACED}\}}|\{{\{{{BRACED}\}}\}}|{WORD_BEGINS}@{LETTER}[\w-]*")


def lint(definition: AgentDefinition) -> list[str]:
    """Warnings, each with its field and the fix."""
    warnings: list[str] = []
    for field, text in _texts(definition):
        warnings.extend(f"{field}: {warning}" for warning in _unknown(text, definition.names))
        warnings.extend(f"{field}: {warning}" for warning in _shorter_than_meant(text, definition.names))
    warnings.extend(_unused(definition))
    return warnings[:MAX_WARNINGS]


def _texts(definition: AgentDefinition) -> Iterator[tuple[str, str]]:
    for index, prompt in enumerate(definition.prompts):
        yield f"prompts[{index}].system", prompt.system or ""
        yield f"prompts[{index}].prompt", prompt.prompt
    yield "output.template", definition.output.template or ""


def _unknown(text: str, names: Names) -> Iterator[str]:
    taken = {index for one in found(text, names) for index in range(one.start, one.end)}
    for match in _REFERENCE_LIKE.finditer(text):
        if match.start() not in taken and match.end() - 1 not in taken:
            known = [reference.name for reference in names.known]
            meant = nearest(match[0].strip("@{} "), known)
            hint = f"did you mean @{{{meant}}}?" if meant else f"the known names are {', '.join(known)}"
            yield f"{match[0]} names no input or prompt and stays as it is; {hint}"


def _shorter_than_meant(text: str, names: Names) -> Iterator[str]:
    for one in found(text, names):
        longer = names.loosely(text, one.start + 1) if one.exact else None
        if longer is not None and longer.end > one.end:
            said, meant = text[one.start : one.end], longer.reference.name
            yield f"{said} is read as {one.reference.name!r}; if {meant!r} is meant write @{{{meant}}}"


def _unused(definition: AgentDefinition) -> Iterator[str]:
    templates: list[Template] = [definition.output_template]
    templates += [template for pair in definition.prompt_templates for template in pair]
    used = {piece for template in templates for piece in template if isinstance(piece, Reference)}
    for reference in definition.names.known:
        if reference not in used:
            what = "input" if reference.kind == "input" else "result of the prompt"
            yield f"the {what} {reference.name!r} is used nowhere: refer to it as @{{{reference.name}}} or remove it"
