"""Items between tables and files: what `stator dump` writes and `stator load` reads. See `formats` for the files."""

from typing import Final

STANDARD: Final = "-"
"""Standard input or output, in place of a file."""
JSONL: Final = "jsonl"
DYNAMODB_JSON: Final = "dynamodb-json"
CSV: Final = "csv"
FORMATS: Final = (JSONL, DYNAMODB_JSON, CSV)
