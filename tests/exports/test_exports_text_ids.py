"""Exports make of texts the ids that the network was trained on."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rnnsearch.data.texts.coding import Coding
from rnnsearch.data.texts.tokenizers import Tokenizer
from rnnsearch.data.texts.vocabulary import Vocabulary
from rnnsearch.exports import FORMATS, write_folder
from rnnsearch.exports.raw.token_forms import _vocabulary
from rnnsearch.exports.text_ids import SCRIPT

TEXTS = st.lists(st.text(st.sampled_from("aAbé'’ \n\t.,\u00a0\x1c_1"), max_size=12), min_size=1)


@pytest.mark.parametrize("kind", ["characters", "words", "spaces"])
@given(texts=TEXTS, shown=TEXTS, lower=st.booleans())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_ids_are_those_of_training(
    kind: Any, texts: list[str], shown: list[str], lower: bool, tmp_path: Path
) -> None:
    cutter = Tokenizer(kind, lower)
    vocabulary = Vocabulary.of([cutter.tokens(text) for text in shown])
    unseen = frozenset(vocabulary.known[1:2])
    coding = Coding(cutter, Vocabulary(vocabulary.known, unseen), 12)
    (tmp_path / "vocabulary.json").write_text(json.dumps(_vocabulary(coding)))
    (tmp_path / "text_ids.py").write_text(SCRIPT)
    ids = runpy.run_path(str(tmp_path / "text_ids.py"))["ids"]
    np.testing.assert_array_equal(ids(texts), coding.read([cutter.tokens(t) for t in texts]))
    with pytest.raises(ValueError, match=r"at most 12 tokens\. Received: 13; cut it"):
        ids(["a " * 13 if kind != "characters" else "a" * 13])


def test_raw_texts_go_in(study: Any, tmp_path: Path) -> None:
    case = study("words")
    folder = tmp_path / "export"
    write_folder(FORMATS["python"], case.network, folder, "", None, None)
    ids = runpy.run_path(str(folder / "text_ids.py"))["ids"]
    path = case.form.prepared.settings["path"]
    words = pd.read_csv(path, keep_default_na=False)["word"]
    np.testing.assert_array_equal(ids(words.tolist()), case.examples.inputs["sequence"])
