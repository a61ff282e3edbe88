"""Tests of how benchmarks are recorded; nothing here is timed."""
