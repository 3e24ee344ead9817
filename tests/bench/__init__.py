"""Benchmarks, as ratios against a bare Starlette "hello" and a bare durable SQLite commit in the same run.

`python -m tests.bench --help`; docs/performance.md explains the figures.
"""
