"""What makes a log that neither side can deny or rewrite, and the messages that go with it.

Pure: Merkle trees, checkpoints, leaves, messages, cards and the re-checking of a whole log. Storing, sending and
signing are elsewhere; a signature comes from a callable that is handed in.
"""
