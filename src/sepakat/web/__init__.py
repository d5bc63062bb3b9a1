"""The pages: server-rendered, signed-in, read-only. `site.routes` gives the routes that the wiring serves at `/`.

Every view asks `exchange`; nothing is decided here. Leaves to others: TAXII, messages between nodes, the command line.
Invariant: a page answers only to a role that the table in `access` names for it.
"""
