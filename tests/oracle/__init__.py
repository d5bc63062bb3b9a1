"""The release rule a second time: naive, quadratic, by brute repetition, for the engine to be compared with.

Written from the design's release rule and from the record of its readings, never from the engine. It imports nothing
of the product and has its own tables of STIX 2.1, of the TLP order and of who may read. `fixpoint.answers` says for
every version and view: whole, variant (with what remains) or out. It does not say when that next changes, nor why.
The readings that it adds where the record is silent stand in `README.md` beside it.
"""
