"""The faults, one behaviour a file."""
