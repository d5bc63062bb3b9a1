"""STIX 2.1 as values: identifiers, timestamps, objects, references, selectors, markings, validation.

Everything here is a pure function of what it is handed: no clock, files, sockets or randomness. What may be
shared with whom is decided above this package; here is only what the standard says an object is.
"""
