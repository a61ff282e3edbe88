"""Rows in and rows out: files of any common kind to checked rows, and results to files. Knows no store."""
