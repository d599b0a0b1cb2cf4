"""``python -m rnnsearch`` is the command line."""

from rnnsearch.cli import main

if __name__ == "__main__":
    main()
