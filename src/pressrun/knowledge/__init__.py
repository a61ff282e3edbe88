"""What agents may cite: files, the text in them, and how they are taken in."""
