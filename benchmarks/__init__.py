"""Parlor measured beside its peers, on one machine, in one run. See benchmarks/README.md."""
