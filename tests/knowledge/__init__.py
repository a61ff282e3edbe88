"""Tests of what agents may cite."""
