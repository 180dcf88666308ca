"""The budgets, measured: `python -m benchmarks` (or `make bench`) loads a real server and writes docs/performance.md.

Linux only: the server is pinned to one core and wrk, the load, to another. Beside each figure stands what the machine
itself allows, measured in the same run: a server that does nothing, SQLite without a server, one sync of the disk.
"""
