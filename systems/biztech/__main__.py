"""`python -m systems.biztech`."""

import sys

from systems.biztech.cli import main

if __name__ == "__main__":
    sys.exit(main())
