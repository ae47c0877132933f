"""Benchmarks. Each runs by itself (``python -m benches.decide``) and prints its comparison beside its own result."""
