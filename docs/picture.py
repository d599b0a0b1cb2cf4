"""Draws what stands on the screen when a search has ended: the README's picture.

python docs/picture.py results/electricity docs/search.svg
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from rich.console import Console

from rnnsearch import Results
from rnnsearch.report import final


def main() -> None:
    """Draw the end of the search in the folder given first, into the file given second."""
    results = Results.open(sys.argv[1])
    console = Console(record=True, width=160, file=io.StringIO(), force_terminal=True)
    final(console, results, top=8)
    title = f"python main.py search search_spaces/{results.summary['name']}.yaml"
    Path(sys.argv[2]).write_text(console.export_svg(title=title), encoding="utf-8")


if __name__ == "__main__":
    main()
