"""How much one row may be, whatever the kind of file; a file may have any number of them."""

MOST_COLUMNS = 2_000

LONGEST_COLUMN = 1_000
"""Characters of a column's name: it is told with every fault of its cells."""

MOST_ROW_CHARS = 2_000_000
"""Characters of a row, or bytes of a line of JSON, in all cells together."""
