"""Tables of indicators: CSV, TSV and XLSX, with a mapping of columns that a person has seen.

`cells` reads rows from bytes within bounds, `columns` says what a column may be, `mapping` proposes what each is,
`values` says what a cell names and undoes defanging, `indicators` writes STIX, `reader` is the door.
"""
