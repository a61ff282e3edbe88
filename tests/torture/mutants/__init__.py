"""Planted mutants: small faults of the product, each of which a fault of the auditor must catch."""
