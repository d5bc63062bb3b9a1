"""The steps from one schema to the next, numbered; each stands on its own and imports nothing of the product."""
