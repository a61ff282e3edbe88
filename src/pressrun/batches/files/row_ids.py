"""The rows' own ids: a text of the sender's, unique in its batch."""

from pressrun.batches.files.met import Met

LONGEST_ID = 255


class RowIds:
    """The ids met so far."""

    def __init__(self) -> None:
        self._met = Met()

    def fault(self, row_id: str) -> str | None:
        """Why this id cannot be a row's, or None; it counts as met from now on."""
        if len(row_id) > LONGEST_ID:
            return f"the id is longer than {LONGEST_ID} characters"
        if "\0" in row_id:
            return "the id holds a NUL character"
        return None if self._met.add(row_id) else "another row before it has the same id"
