"""What a node remembers, in a relational database: the `Store` port on SQLAlchemy Core, with SQLite beneath.

`schema` has the tables, one module per port the statements, `sqlite` what is SQLite's own, `migrations` the steps from
one schema to the next. Nothing here decides anything; what the records mean is left to `exchange`.
"""
