"""How an export makes ids of texts: a file that stands beside its vocabulary."""

from __future__ import annotations

__all__ = ["SCRIPT"]

SCRIPT = '''\
"""Texts to the ids that the network reads: python text_ids.py "a text". Needs: numpy.

From a script that stands beside it: predict({"sequence": ids(["a text", "another"])})
"""

import json
import re
import sys
from pathlib import Path

import numpy as np

KEPT = json.loads(Path(__file__).with_name("vocabulary.json").read_text("utf-8"))


def ids(texts):
    """(N, T) int32, with 0 before a text of fewer than T tokens."""
    rows = np.zeros((len(texts), KEPT["steps"]), np.int32)
    for row, text in zip(rows, texts):
        text = text.lower() if KEPT["lower_case"] else text
        tokens = re.findall(KEPT["pattern"], text)
        if len(tokens) > len(row):
            raise ValueError(
                f"Expected a text of at most {len(row)} tokens. Received: {len(tokens)}; cut it"
            )
        row[len(row) - len(tokens) :] = [KEPT["ids"].get(t, KEPT["unknown"]) for t in tokens]
    return rows


if __name__ == "__main__":
    print(ids(sys.argv[1:]))
'''
