"""PartiQL: text -> tokens -> syntax tree -> the engine's own conditions, updates and query plans.

What needs no table is prepared once per text and remembered (`statements`). Over a table a SELECT is then a plan of
reads (`plans`, `reads`), and a write a key (`write_keys`) with a condition and an update, run as any other.
"""
