"""Taking in what others wrote: reports as people write them, and how machines propose what stands in them.

Pure: bytes in, proposals out. Nothing here decides that a proposal is right; a person confirms it before it counts.
"""
