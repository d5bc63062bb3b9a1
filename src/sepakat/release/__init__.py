"""The release rule: what leaves to whom, why, and in which form. Pure: a world in, verdicts out (DESIGN section 4)."""
