"""Sepakat: an intelligence exchange for parties that only partly trust each other.

The packages stand in layers and import only downwards; ARCHITECTURE.md has the map.
"""
