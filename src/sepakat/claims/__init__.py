"""Claims: statements with their speaker, number, rating, time and basis, carried by standard STIX objects.

Pure: the property-extension and its tables, reading and building claims, their plain words, what numbers agree, and how
many independent origins reports have. Nothing here merges rival claims or picks a winner.
"""
