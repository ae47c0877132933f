"""Benchmarks: each runs by itself (``python -m benches.decide``) and prints its rival beside itself."""
