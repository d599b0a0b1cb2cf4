"""Runs the command line from a checkout, installed or not."""

from rnnsearch.cli import main

if __name__ == "__main__":
    main()
