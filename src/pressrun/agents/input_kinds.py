"""The four kinds of input an agent may ask for, and what each lets its author set."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from pressrun.agents.faults import Fault, between, refuse
from pressrun.agents.names import Name

MAX_DESCRIPTION_CHARS = 10_000
MAX_TEXT_FIELDS = 1_000
MAX_OPTIONS = 1_000
MAX_OPTION_CHARS = 1_000
MAX_FILES = 1_000
MAX_FILE_TYPES = 100
MAX_WORDS = 100_000_000
MAX_MEGABYTES = 10_000

FileType = Annotated[str, StringConstraints(pattern=r"^\.?[A-Za-z0-9][A-Za-z0-9.+-]{0,31}$")]
FileTypes = Annotated[tuple[FileType, ...], Field(max_length=MAX_FILE_TYPES)]
Megabytes = Annotated[int, between(1, MAX_MEGABYTES)]


class Closed(BaseModel):
    """A part of a definition: immutable, and no field it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class _AnyInput(Closed):
    name: Name
    type: str
    required: bool = True
    description: Annotated[str, Field(max_length=MAX_DESCRIPTION_CHARS)] | None = None


class TextInput(_AnyInput):
    """One or more texts; `min_fields` and `max_fields` bound their number."""

    type: Literal["text"]
    min_fields: Annotated[int, between(0, MAX_TEXT_FIELDS)] = 1
    max_fields: Annotated[int, between(1, MAX_TEXT_FIELDS)] = 1

    @model_validator(mode="after")
    def _bounds_in_order(self) -> Self:
        if self.min_fields > self.max_fields:
            message = f"must be at least min_fields ({self.min_fields}), got {self.max_fields}: raise it"
            refuse([Fault(("max_fields",), message, self.max_fields)])
        return self


class DropdownInput(_AnyInput):
    """One of a list of options."""

    type: Literal["dropdown"]
    options: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=MAX_OPTION_CHARS)], ...],
        Field(min_length=1, max_length=MAX_OPTIONS),
    ]

    @model_validator(mode="after")
    def _options_can_be_chosen(self) -> Self:
        faults = []
        for index, option in enumerate(self.options):
            if not option.strip():
                faults.append(Fault(("options", index), "must not be blank", option))
            elif option in self.options[:index]:
                faults.append(Fault(("options", index), "is in the list twice: remove one", option))
        refuse(faults)
        return self


class FileInput(_AnyInput):
    """Files by id, or by URL where `upload_types` says so."""

    type: Literal["file"]
    max_files: Annotated[int, between(1, MAX_FILES)] = 1
    file_types: FileTypes = ("txt", "md", "csv", "html", "pdf", "docx", "pptx", "xlsx")
    max_word_count: Annotated[int, between(1, MAX_WORDS)] = 100_000
    max_file_size_mb: Megabytes = 25
    upload_types: Annotated[tuple[Literal["url", "file_id"], ...], Field(min_length=1, max_length=2)] = ("file_id",)


class MediaInput(_AnyInput):
    """One image."""

    type: Literal["media"]
    file_types: FileTypes = ("png", "jpg", "jpeg", "webp", "gif")
    max_image_size_mb: Megabytes = 10


Input = Annotated[TextInput | DropdownInput | FileInput | MediaInput, Field(discriminator="type")]
