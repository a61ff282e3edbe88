"""How a worker process ends when it ends itself: its supervisor starts another, and blames no job."""

EXIT_FENCED = 3
"""It was declared dead."""

EXIT_STUCK = 4
"""It could not take the work there was."""
