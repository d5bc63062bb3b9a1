"""The release engine against the oracle and against the invariants of the release rule, on random worlds."""
