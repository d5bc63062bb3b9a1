"""What several kinds of tests stand on: builders, a fixed clock, the rules for skips."""
