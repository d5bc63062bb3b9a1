"""The agreement language: its terms, how they are read, written, compared, worded and judged, and an agreement's life.

Everything here works on values: no clock, no files but the tables shipped beside the code, no keys. What an agreement
lets through is decided in `release`; signing and sending is left to `exchange`. DESIGN section 3.
"""
