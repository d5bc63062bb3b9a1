"""What is measured, not tested: each module runs by itself, `python -m benchmarks.NAME`, and prints what it found."""
