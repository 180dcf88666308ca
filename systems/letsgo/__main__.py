"""`python -m systems.letsgo`."""

from systems.letsgo.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
