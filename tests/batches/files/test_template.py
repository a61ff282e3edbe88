"""A template is a file that its agent accepts as it is."""

import io

import openpyxl
import pytest

from pressrun.agents.definition import AgentDefinition
from pressrun.batches.files.template import template_csv, template_xlsx
from tests.batches.files.reading import agent, inputs, read

SEVERAL = agent(
    inputs=[
        {"name": "Notes", "type": "text", "min_fields": 2, "max_fields": 3},
        {"name": "Photo", "type": "media", "required": False},
        {"name": "Size", "type": "text", "required": False, "min_fields": 0},
    ]
)


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        (agent(), {"Product name": ["Terra running shoe"], "Tone": ["friendly"], "Notes": ["(Notes)"]}),
        (SEVERAL, {"Notes": ["(Notes)", "(Notes)"], "Photo": [], "Size": ["(Size)"]}),
    ],
)
@pytest.mark.parametrize("write", [template_csv, template_xlsx])
async def test_a_template_is_accepted_as_it_is(write: object, definition: AgentDefinition, expected: object) -> None:
    assert callable(write)
    _, found = await read(write(definition), definition=definition)
    assert inputs(found) == [expected]


def test_a_workbook_offers_the_options() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(template_xlsx(agent()))).active
    assert sheet is not None
    (choice,) = sheet.data_validations.dataValidation
    assert (choice.formula1, str(choice.sqref)) == ('"friendly,playful"', "B2:B1001")
