"""Files as values of inputs: which ids a request names, and everything that is wrong with the files behind them."""

from collections.abc import Iterator, Mapping
from typing import Any

from pressrun.agents.check import shown
from pressrun.agents.definition import AgentDefinition
from pressrun.agents.input_kinds import FileInput, MediaInput
from pressrun.errors import Problem
from pressrun.knowledge.files import File, FileState
from pressrun.knowledge.kinds import normal

MEGABYTE = 1024**2

Known = Mapping[str, File]
"""The files that a request names, by the names it gives them: their ids, in batches their own names too."""

LONGEST_SHOWN = 100


def is_url(text: str) -> bool:
    """Whether a value is a URL and no file's id."""
    return text[:8].lower().startswith(("http://", "https://"))


def asked_names(definition: AgentDefinition, raw_inputs: object) -> list[str]:
    """What stands where files are wanted and is no URL; whatever is wrong with the request is not judged here."""
    wanted = {one.name for one in definition.inputs if isinstance(one, FileInput | MediaInput)}
    if not wanted or not isinstance(raw_inputs, list):
        return []
    return [
        text
        for item in raw_inputs
        if isinstance(item, dict) and item.get("id") in wanted and isinstance(item.get("value"), list)
        for text in item["value"]
        if isinstance(text, str) and len(text) <= LONGEST_SHOWN * 4 and not is_url(text)
    ]


def faults(declared: FileInput | MediaInput, value: tuple[str, ...], known: Known | None) -> Iterator[Problem]:
    """What is wrong with the value; where `known` is None, of the files themselves nothing is said."""
    name = declared.name
    most = declared.max_files if isinstance(declared, FileInput) else 1
    what = "file" if isinstance(declared, FileInput) else "image"
    if len(value) > most:
        yield _about(name, f"{shown(name)} takes {most:,} {what}{'' if most == 1 else 's'} (got {len(value):,})")
    words = 0
    for text in value:
        if is_url(text):
            if isinstance(declared, MediaInput) or "url" not in declared.upload_types:
                yield _about(
                    name, f"{shown(name)} takes ids of uploaded files, not URLs: upload it with POST /v1/files"
                )
        elif isinstance(declared, FileInput) and "file_id" not in declared.upload_types:
            yield _about(name, f"{shown(name)} takes URLs (got {shown(text[:LONGEST_SHOWN])})")
        elif known is not None:
            file = known.get(text)
            if file is None:
                message = (
                    f"there is no file {shown(text[:LONGEST_SHOWN])}: upload it with POST /v1/files and give its id"
                )
                yield _about(name, message, reason="not_found", file_id=text[:LONGEST_SHOWN])
            else:
                words += file.words or 0
                yield from _faults_of_file(declared, file)
    if isinstance(declared, FileInput) and words > declared.max_word_count:
        yield _about(name, too_many_words(declared, words))


def fault_of_kind(declared: FileInput | MediaInput, file_name: str, extension: str, size: int) -> str | None:
    """What is wrong with a file by its kind and its size in bytes; None: nothing."""
    allowed = {normal(one) for one in declared.file_types}
    if extension not in allowed:
        types = ", ".join(sorted(allowed))
        return f"{shown(file_name)} is a .{extension} file, and {shown(declared.name)} takes {types}"
    most = declared.max_file_size_mb if isinstance(declared, FileInput) else declared.max_image_size_mb
    if size > most * MEGABYTE:
        return f"{shown(file_name)} is larger than the {most:,} MB that {shown(declared.name)} takes"
    return None


def too_many_words(declared: FileInput, words: int) -> str:
    """The refusal of too long a text."""
    return (
        f"{shown(declared.name)} takes {declared.max_word_count:,} words (got {words:,}): shorten the text, or split it"
    )


def _faults_of_file(declared: FileInput | MediaInput, file: File) -> Iterator[Problem]:
    fault = fault_of_kind(declared, file.name, file.extension, file.size)
    if fault is not None:
        yield _about(declared.name, fault, file_id=file.id)
    elif isinstance(declared, FileInput) and file.state == FileState.FAILED and not file.has_text:
        message = f"the text of {shown(file.name)} could not be read: {file.error}"
        yield _about(declared.name, message, file_id=file.id)


def _about(name: str, message: str, **more: Any) -> Problem:
    return Problem(message, {"input": name, **more})
