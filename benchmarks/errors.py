"""What stops a benchmark: a missing program, a server that does not start, an answer that is not the expected one."""


class BenchmarkError(Exception):
    """Its text says what to do; the command prints it and stops."""
