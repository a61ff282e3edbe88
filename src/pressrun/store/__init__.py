"""Where everything is kept: one seam, two databases, the SQL in named files."""
