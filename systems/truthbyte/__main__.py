"""`python -m systems.truthbyte`."""

import sys

from systems.truthbyte.cli import main

if __name__ == "__main__":
    sys.exit(main())
