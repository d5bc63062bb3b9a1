"""Tables of indicators: CSV, TSV and XLSX, with a mapping of columns that a person has seen.

`cells` reads rows from bytes within bounds, `mapping` proposes what each column is, `values` says what a cell names and
undoes defanging, `indicators` writes STIX, `reader` is the door.
"""
