"""What is guessed of pairs of texts, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import rnnsearch
from tests.guessing.conftest import ROWS, numbers, setting

RNG = np.random.default_rng(0)
VERBS = [f"{''.join(RNG.choice(list('abcdefgh'), 6))}{i}" for i in range(ROWS)]
PAST = [f"{verb}ed" for verb in VERBS]
SENTENCES = [" ".join(RNG.choice(["I", "see", "a", "red", "cat", "dog"], 9)) for _ in range(ROWS)]
ANSWERS = [sentence.replace("a", "un").replace("red", "rojo") for sentence in SENTENCES]
SEX = ["f", "m", "m", "f", "m"] * (ROWS // 5)


def check(tmp_path):
    written = rnnsearch.init(tmp_path / "data.csv", output=tmp_path / "s.yaml").path
    assert rnnsearch.check(written).task == "sequence_to_sequence"


def test_words_by_their_letters(look, tmp_path):
    found = look({"verb": VERBS, "past": PAST})
    assert setting(found, "task") == "sequence_to_sequence"
    assert setting(found, "source") == "pairs"
    assert setting(found, "sequence") == "verb"
    assert setting(found, "target") == "past"
    assert setting(found, "tokens") == "characters"
    assert setting(found, "target_tokens") is None
    assert setting(found, "max_vocabulary") is None
    assert setting(found, "split") == {"validation": 0.1, "test": 0.1}
    assert setting(found, "attention") == "luong"
    assert setting(found, "objective") == "val_perplexity"
    check(tmp_path)


def test_sentences_by_their_words(look, tmp_path):
    found = look({"en": SENTENCES, "es": ANSWERS})
    assert setting(found, "tokens") == "words"
    assert setting(found, "max_vocabulary") == 2000
    assert setting(found, "lower_case") is True
    assert setting(found, "embedding_dim") == 64
    check(tmp_path)


def test_texts_may_be_cut_in_two_ways(look, tmp_path):
    found = look({"en": SENTENCES, "code": VERBS})
    assert (setting(found, "tokens"), setting(found, "target_tokens")) == ("words", "characters")
    check(tmp_path)


def test_texts_that_come_up_again_are_not_judged(look, tmp_path):
    found = look({"verb": VERBS[:200] * 2, "past": PAST[:200] * 2})
    assert setting(found, "split")["duplicates"] == "drop"
    check(tmp_path)


def test_rows_without_one_are_left_out(look, tmp_path):
    found = look({"verb": VERBS, "past": ["", *PAST[1:]]})
    assert setting(found, "missing") == "drop"
    check(tmp_path)


def test_the_target_is_the_text_that_is_written(look):
    found = look({"verb": VERBS, "past": PAST}, target="verb")
    assert (setting(found, "sequence"), setting(found, "target")) == ("past", "verb")


def test_a_column_that_counts_is_left_out(look, tmp_path):
    found = look({"nr": range(ROWS), "verb": VERBS, "past": PAST})
    assert setting(found, "task") == "sequence_to_sequence"
    assert found.notes == ("'nr' is left out: two texts are read",)
    check(tmp_path)


def test_beside_a_class_pairs_must_be_asked_for(look):
    columns = {"verb": VERBS, "past": PAST, "sex": SEX}
    assert setting(look(columns), "task") == "many_to_one"
    assert setting(look(columns, task="sequence_to_sequence"), "target") == "past"


def test_a_parquet_file_is_read_too(tmp_path):
    pd = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    pd.DataFrame({"verb": VERBS, "past": PAST}).to_parquet(tmp_path / "data.parquet")
    written = rnnsearch.init(tmp_path / "data.parquet", output=tmp_path / "s.yaml").path
    assert rnnsearch.check(written).task == "sequence_to_sequence"


@pytest.mark.parametrize(
    ("columns", "wishes", "message"),
    [
        (
            {"verb": VERBS, "past": PAST},
            {"target": "passed"},
            "--target: must be a column of texts; received 'passed'; there are: verb, past",
        ),
        (
            {"verb": [*VERBS[:200], *[""] * 200], "past": [*[""] * 190, *PAST[190:]]},
            {},
            "data.csv: must have at least 30 rows with both texts; received 10 with 'verb' and 'past'; "
            "give more, or name another column: --target",
        ),
        (
            {"verb": VERBS},
            {},
            "data.csv: must have a row a time step, or a text and its class in each row; received no "
            "time stamps, and no class beside the texts of 'verb'; "
            "write the spec by hand: docs/spec.md",
        ),
        (
            {"a": numbers(), "b": numbers(seed=1)},
            {"task": "sequence_to_sequence"},
            "--task: must be many_to_one, many_to_many or one_to_many; received "
            "sequence_to_sequence, and a table without two columns of texts, or time stamps; "
            "leave it out, or write the spec by hand: docs/spec.md",
        ),
    ],
)
def test_what_is_refused_and_how(refusal, columns, wishes, message):
    assert refusal(columns, **wishes) == message


def test_a_column_says_the_parts(look, tmp_path):
    part = (["train"] * 7 + ["dev", "test", "train"]) * (ROWS // 10)
    found = look({"set": part, "verb": VERBS, "past": PAST})
    assert setting(found, "split") == {"column": "set"}
    assert (setting(found, "sequence"), setting(found, "target")) == ("verb", "past")
    check(tmp_path)


def test_labels_of_words_are_found_at_each(look, tmp_path):
    tags = [" ".join("NV"[len(word) > 1] for word in text.split()) for text in SENTENCES]
    found = look({"en": SENTENCES, "tags": tags})
    assert setting(found, "task") == "many_to_many" and setting(found, "tokens") == "spaces"
    assert "has a label of each word of 'en', 2 in all" in found.notes[-1]
    path = rnnsearch.init(tmp_path / "data.csv", output=tmp_path / "s.yaml").path
    assert rnnsearch.check(path).task == "many_to_many"
    written = look({"en": SENTENCES, "tags": tags}, task="sequence_to_sequence")
    assert setting(written, "task") == "sequence_to_sequence"
    assert setting(look({"en": SENTENCES, "es": ANSWERS}), "task") == "sequence_to_sequence"


def test_other_texts_label_no_words(refusal):
    said = refusal({"en": SENTENCES, "es": ANSWERS}, task="many_to_many")
    assert "must have a label for each word" in said


@pytest.mark.parametrize(
    "names", [("english_sentence", "hindi_sentence"), ("article", "highlights"), ("src", "tgt")]
)
def test_names_say_that_texts_beside_a_class_are_pairs(look, names):
    found = look({names[0]: SENTENCES, names[1]: ANSWERS, "origin": SEX})
    assert setting(found, "source") == "pairs"
    assert (setting(found, "sequence"), setting(found, "target")) == names
    asked = look({names[0]: SENTENCES, names[1]: ANSWERS, "label": SEX})
    assert (setting(asked, "source"), setting(asked, "target")) == ("table", "label")


def test_two_scripts_are_pairs(look):
    script = ["".join(chr(0x905 + ord(char) - 97) for char in verb[:6]) for verb in VERBS]
    latin = ["".join(RNG.choice(list("klmnopqrstuv"), 6)) for _ in VERBS]
    script = [text + chr(0x925 + at % 9) for at, text in enumerate(script)]
    found = look({"a": script, "b": latin, "attested": SEX})
    assert (setting(found, "sequence"), setting(found, "target")) == ("a", "b")


def test_what_a_program_draws_is_no_text_of_a_pair(look):
    drawn = [f"{at * 7919:032x}" for at in range(ROWS)]
    found = look({"id": drawn, "a": SENTENCES, "b": ANSWERS})
    assert (setting(found, "sequence"), setting(found, "target")) == ("a", "b")


def test_labels_of_letters_are_found_at_each(look, tmp_path):
    reads = ["".join(RNG.choice(list("ACDEFGHIKLMN"), 20 + at % 7)) for at in range(ROWS)]
    labels = ["".join("H" if char in "AEKLM" else "C" for char in read) for read in reads]
    found = look({"seq": reads, "fold": labels, "len": [len(read) for read in reads]})
    assert setting(found, "task") == "many_to_many"
    assert (setting(found, "sequence"), setting(found, "target")) == ("seq", "fold")
    assert setting(found, "tokens") == "characters"
    written = rnnsearch.init(tmp_path / "data.csv", output=tmp_path / "s.yaml").path
    assert rnnsearch.check(written).task == "many_to_many"


def test_a_length_is_no_target(look):
    reads = ["".join(RNG.choice(list("ACGT"), 20 + at % 7)) for at in range(ROWS)]
    found = look({"dna": reads, "len": [len(r) for r in reads], "gc": numbers()})
    assert setting(found, "target") == "gc"


def test_who_wrote_it_is_no_target_beside_stars(look):
    found = look(
        {
            "ProductId": [f"B{at % 20:04}" for at in range(ROWS)],
            "UserId": [f"A{at % 20:04}" for at in range(ROWS)],
            "Score": [1 + at % 5 for at in range(ROWS)],
            "Text": SENTENCES,
            "Answer": [" ".join(text.split()[:5]) for text in ANSWERS],
        }
    )
    assert (setting(found, "sequence"), setting(found, "target")) == ("Text", "Score")
    assert any("frame['both'] = frame['Text'] + ' | ' + frame['Answer']" in n for n in found.notes)


def test_what_is_to_be_computed_is_read(look):
    pairs = [(at * 37 % 101, at * 7 % 90) for at in range(ROWS)]
    query, answer = [f"{one}+{other}" for one, other in pairs], [sum(pair) for pair in pairs]
    found = look({"query": query, "answer": answer})
    assert (setting(found, "source"), setting(found, "sequence")) == ("table", "query")


def test_dates_in_words_and_as_machines_read_them_are_pairs(look, refusal):
    days = pd.to_datetime("1990-01-01") + pd.to_timedelta(
        np.random.default_rng(0).permutation(200), "D"
    )
    forms = ("%d %B %Y", "%A, %d %B %Y", "%b %d, %Y", "%d/%m/%y", "%d.%m.%Y")
    human = [day.strftime(forms[at % 5]) for at, day in enumerate(days)]
    found = look({"human": human, "machine": days.strftime("%Y-%m-%d")})
    assert (setting(found, "source"), setting(found, "target")) == ("pairs", "machine")
    assert setting(found, "tokens") == "characters"
    # In order, or beside numbers, they are time stamps of which some are not.
    said = "must hold time stamps of one form in every row"
    assert said in refusal(
        {"human": human, "machine": days.strftime("%Y-%m-%d"), "v": numbers(200)}
    )
