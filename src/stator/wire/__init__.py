"""Bytes of AWS's JSON 1.0 protocol <-> checked requests, answers and faults. No sockets."""
