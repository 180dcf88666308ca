"""The commands there are: one module each, which is imported only when its command runs.

A command's module has `add_arguments(parser)` and `run(arguments) -> exit code`. To add one, write its module and name
it here.
"""

from __future__ import annotations

COMMANDS: dict[str, tuple[str, str]] = {
    "serve": ("stator.cli.serve", "Serve a database file to every AWS SDK."),
}
"""Name -> module, and what it does in one line."""
