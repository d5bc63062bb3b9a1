"""MISP events as STIX objects and back: the conversion of misp-stix, with what it drops put beside it.

`reader` is the door; `events` reads the JSON, `conversion` calls misp-stix in parts, `markings` turns tags,
distribution and sharing groups into markings that are never weaker, `additions` writes what misp-stix leaves out,
`accounting` says for every attribute what became of it, `exporting` goes back.
"""
