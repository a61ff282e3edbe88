"""The values a run is given, checked against what the agent asks for: every fault at once, each with its fix."""

from collections.abc import Iterator
from typing import Any

from pressrun.agents import file_inputs
from pressrun.agents.check import nearest, shown
from pressrun.agents.definition import AgentDefinition
from pressrun.agents.file_inputs import Known
from pressrun.agents.input_kinds import DropdownInput, FileInput, Input, MediaInput, TextInput
from pressrun.agents.names import MAX_NAME_CHARS, fold
from pressrun.errors import Code, PressrunError, Problem

MAX_ITEMS = 200
MAX_VALUE_CHARS = 100_000
MAX_LISTED = 20
SHAPE = '{"id": "<input name>", "value": ["<text>"]}'

Values = dict[str, tuple[str, ...]]


def check(definition: AgentDefinition, raw_inputs: object, known: Known | None = None) -> Values:
    """The values of every input by its name, () for one that is absent or blank.

    `raw_inputs` is whatever stood under "inputs". Raises PressrunError (invalid) with one problem for each fault; its
    extras name the `input` it concerns. `known` are the files it names (`Attachments.known`); without them, of files
    only their number is checked.
    """
    problems: list[Problem] = []
    if not isinstance(raw_inputs, list):
        raise PressrunError(Code.INVALID, f"inputs must be a list (got {shown(raw_inputs)}): write [{SHAPE}]")
    if len(raw_inputs) > MAX_ITEMS:
        raise PressrunError(Code.INVALID, f"inputs must not hold more than {MAX_ITEMS} items (got {len(raw_inputs)})")
    given = _given(definition, raw_inputs, problems)
    values: Values = {}
    for declared in definition.inputs:
        value = given.get(declared.name, ())
        values[declared.name] = value or ()
        if value is not None:  # None is a value already found faulty
            problems.extend(_faults(declared, value, known))
            if known and isinstance(declared, FileInput | MediaInput):
                values[declared.name] = tuple(known[text].id if text in known else text for text in value)
    if problems:
        raise PressrunError(Code.INVALID, problems)
    return values


def _given(definition: AgentDefinition, items: list[Any], problems: list[Problem]) -> dict[str, tuple[str, ...] | None]:
    """The well-formed values by name, None for a value that is not; () for one that holds nothing but blanks."""
    given: dict[str, tuple[str, ...] | None] = {}
    known = {declared.name for declared in definition.inputs}
    for index, item in enumerate(items):
        name = _name_of(index, item, problems)
        if name is None:
            continue
        if name not in known:
            problems.append(_unknown(name, definition))
        elif name in given:
            problems.append(_about(name, f"{shown(name)} is given twice: put all its values in one item"))
        else:
            faults = list(_faults_of_shape(name, item))
            problems.extend(faults)
            given[name] = None if faults else _unless_blank(item["value"])
    return given


def _name_of(index: int, item: object, problems: list[Problem]) -> str | None:
    extras = {"index": index}
    if not isinstance(item, dict):
        problems.append(Problem(f"inputs[{index}] must be an object (got {shown(item)}): write {SHAPE}", extras))
    elif "id" not in item:
        problems.append(Problem(f'inputs[{index}] has no "id": write {SHAPE}', extras))
    elif not isinstance(item["id"], str):
        problems.append(
            Problem(f"inputs[{index}].id must be the input's name as text (got {shown(item['id'])})", extras)
        )
    else:
        return item["id"]
    return None


def _unknown(name: str, definition: AgentDefinition) -> Problem:
    names = [declared.name for declared in definition.inputs]
    same = [one for one in names if fold(one) == fold(name)]
    meant = same[0] if same else nearest(name, names)
    hint = f" Did you mean {shown(meant)}?" if meant else ""
    valid = f"It asks for {_listed(names)}." if names else "It asks for nothing: send an empty list."
    return _about(name, f"{shown(name)} is not an input of this agent.{hint} {valid}", valid=names)


def _faults_of_shape(name: str, item: dict[str, Any]) -> Iterator[Problem]:
    if "value" not in item:
        hint = ' (it has "values")' if "values" in item else ""
        yield _about(name, f'{shown(name)} has no "value"{hint}: write "value": ["…"]')
        return
    value = item["value"]
    if isinstance(value, str):
        yield _about(name, f'the value of {shown(name)} must be a list of texts: write ["{_inside(value)}"]')
    elif not isinstance(value, list):
        yield _about(name, f'the value of {shown(name)} must be a list of texts (got {shown(value)}): write ["…"]')
    else:
        yield from _faults_of_texts(name, value)


def _faults_of_texts(name: str, value: list[Any]) -> Iterator[Problem]:
    for index, text in enumerate(value):
        if isinstance(text, str) and len(text) <= MAX_VALUE_CHARS and text.isascii():
            continue  # what nearly every text is; the place of a fault is named only where there is one
        where = f"value {index + 1} of {shown(name)}"
        if not isinstance(text, str):
            yield _about(name, f"{where} must be text (got {shown(text)}): put it in quotes")
        elif len(text) > MAX_VALUE_CHARS:
            message = f"{where} must not be longer than {MAX_VALUE_CHARS:,} characters (got {len(text):,}): shorten it"
            yield _about(name, message)
        elif any("\ud800" <= letter <= "\udfff" for letter in text):
            yield _about(name, f"{where} is not valid Unicode: it holds half of a surrogate pair")
        else:
            continue
        if index >= MAX_LISTED:
            return  # a thousand numbers in one value are one mistake


def _unless_blank(value: list[str]) -> tuple[str, ...]:
    return tuple(value) if any(text.strip() for text in value) else ()


def _faults(declared: Input, value: tuple[str, ...], known: Known | None) -> Iterator[Problem]:
    name = declared.name
    if not value:
        if declared.required:
            yield _about(name, f'{shown(name)} is required: add {{"id": {shown(name)}, "value": ["…"]}}')
    elif isinstance(declared, TextInput):
        yield from _wrong_count(declared, len(value))
    elif isinstance(declared, DropdownInput):
        if len(value) != 1 or value[0] not in declared.options:
            got = shown(value[0]) if len(value) == 1 else f"{len(value)} values"
            message = f"{shown(name)} must be exactly one of {_listed(declared.options)} (got {got})"
            yield _about(name, message, options=list(declared.options))
    else:
        yield from file_inputs.faults(declared, value, known)


def _wrong_count(declared: TextInput, count: int) -> Iterator[Problem]:
    low, high = declared.min_fields, declared.max_fields
    if not low <= count <= high:
        wanted = f"exactly {low}" if low == high else f"between {low} and {high}"
        message = f"{shown(declared.name)} takes {wanted} value{'' if high == 1 else 's'} (got {count})"
        yield _about(declared.name, message)


def _about(name: str, message: str, **more: Any) -> Problem:
    sendable = name[:MAX_NAME_CHARS].encode("utf-8", "replace").decode()
    return Problem(message, {"input": sendable, **more})


def _listed(names: list[str] | tuple[str, ...]) -> str:
    text = ", ".join(shown(name) for name in names[:MAX_LISTED])
    return text if len(names) <= MAX_LISTED else f"{text} and {len(names) - MAX_LISTED} more"


def _inside(text: str) -> str:
    return shown(text)[1:].removesuffix('"')
