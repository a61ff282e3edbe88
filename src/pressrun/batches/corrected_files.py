"""Files that corrected rows name, looked up for all of them at once."""

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from pressrun.agents.attachments import LookUp
from pressrun.agents.definition import AgentDefinition
from pressrun.agents.input_kinds import FileInput, MediaInput
from pressrun.agents.inputs import check
from pressrun.batches.corrected import CorrectedRow
from pressrun.batches.files.bad_rows import BadRow
from pressrun.errors import PressrunError

_decode = msgspec.json.Decoder(dict[str, tuple[str, ...]]).decode


async def with_files(
    definition: AgentDefinition, rows: Sequence[CorrectedRow], look_up: LookUp | None
) -> tuple[Sequence[CorrectedRow], list[BadRow]]:
    """The rows with ids where names stood, and those whose files will not do; raises PressrunError (unavailable)."""
    if look_up is None:
        return rows, []
    wanted = {one.name for one in definition.inputs if isinstance(one, FileInput | MediaInput)}
    values = [_decode(row.inputs) for row in rows]
    known = await look_up({text for each in values for name in wanted & each.keys() for text in each[name]})
    good: list[CorrectedRow] = []
    faults: list[BadRow] = []
    for row, each in zip(rows, values, strict=True):
        given = [{"id": name, "value": list(texts)} for name, texts in each.items()]
        try:
            good.append(replace(row, inputs=msgspec.json.encode(check(definition, given, known))))
        except PressrunError as error:
            faults += [
                BadRow(row.row, row.line, None, problem.extras.get("input"), problem.description)
                for problem in error.problems
            ]
    return good, faults
