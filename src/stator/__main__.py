"""`python -m stator` is the `stator` command."""

import sys

from stator.cli import main

sys.exit(main())
