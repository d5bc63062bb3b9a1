"""Use cases, one verb each, and the ports through which they remember and speak.

Doors (CLI, TAXII, messages, pages) ask this package; it asks `release`, `agreements`, `transparency` and `claims`,
which decide. Nothing here prints, serves or opens a file. One use case is one transaction unless its docstring says
why not.
"""
