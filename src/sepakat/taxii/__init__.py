"""TAXII 2.1 as plain values: what a request asks and what an answer says, without HTTP, store or clock.

Paths, media types, query parameters, cursors, resources and error bodies, each by its section of the standard. Who may
read what is left to `exchange`, sending it to `taxii_server`.
"""
