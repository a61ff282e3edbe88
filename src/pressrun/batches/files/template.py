"""A file to fill in for an agent: its inputs as columns, and one row that shows what goes where."""

import csv
import io
import re

from pressrun.agents.definition import AgentDefinition
from pressrun.agents.input_kinds import DropdownInput, Input, TextInput

LONGEST_LIST = 255
"""Characters that a spreadsheet takes as the choices of a cell."""
TEMPLATE_ROWS = 1_000
"""Rows of the workbook that offer the choices."""

_EXAMPLE = re.compile(r"(?:for example|e\.g\.),?\s+[\"“„']([^\"”“']+)[\"”“']", re.IGNORECASE)


def template_csv(definition: AgentDefinition) -> bytes:
    """The template as CSV in UTF-8; it is accepted as it is."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(_rows(definition))
    return text.getvalue().encode()


def template_xlsx(definition: AgentDefinition) -> bytes:
    """The template as a workbook; cells of a dropdown offer its options."""
    import xlsxwriter  # noqa: PLC0415 - slow to import, and seldom needed

    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Rows")
        sheet.freeze_panes(1, 0)
        header, example = _rows(definition)
        for place, (name, text) in enumerate(zip(header, example, strict=True)):
            sheet.write_string(0, place, name, book.add_format({"bold": True}))
            sheet.write_string(1, place, text)
            sheet.set_column(place, place, max(12, min(60, len(name) + 2, max(len(name), len(text)) + 2)))
        for place, declared in enumerate(_columns(definition)):
            if isinstance(declared, DropdownInput) and len(",".join(declared.options)) <= LONGEST_LIST:
                choices = {"validate": "list", "source": list(declared.options)}
                sheet.data_validation(1, place, TEMPLATE_ROWS, place, choices)
    return file.getvalue()


def _rows(definition: AgentDefinition) -> tuple[list[str], list[str]]:
    columns = _columns(definition)
    counts: dict[str, int] = {}
    header = []
    for declared in columns:
        counts[declared.name] = counts.get(declared.name, 0) + 1
        numbered = columns.count(declared) > 1
        header.append(f"{declared.name} {counts[declared.name]}" if numbered else declared.name)
    return header, [_example(declared) for declared in columns]


def _columns(definition: AgentDefinition) -> list[Input]:
    """The inputs a table can give, one that needs several values as often as it needs."""
    columns: list[Input] = []
    for declared in definition.inputs:
        if isinstance(declared, TextInput):
            columns += [declared] * max(1, declared.min_fields)
        elif isinstance(declared, DropdownInput):
            columns.append(declared)
    return columns


def _example(declared: Input) -> str:
    if isinstance(declared, DropdownInput):
        return declared.options[0]
    found = _EXAMPLE.search(declared.description or "")
    return found[1] if found else f"({declared.name})"
