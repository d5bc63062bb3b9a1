"""Checks of the project on itself that no tool at hand does: imports, documentation, licences, mutants.

They run in `make check` and read the tree only; `checks.docs --write` is the one that writes.
"""
