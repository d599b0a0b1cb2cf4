"""Cells of the user's in a spec: found without running them, or refused with what to do."""

import pytest

from rnnsearch.errors import InvalidSpec
from rnnsearch.spec import parse, resolved
from rnnsearch.spec.wording import joined
from rnnsearch.vocabulary import CELLS

CODE = "raise SystemExit('this ran')\n\n\nclass Cell:\n    pass\n"


def parsed(folder, **changes):
    (folder / "cells.py").write_text(CODE)
    document = {
        "task": "many_to_one",
        "data": {"source": "arrays"},
        "space": {"cell": ["GRU", "cells:Cell"]},
    }
    return parse(document | changes, name="s", directory=folder)


def test_the_code_lies_beside_the_spec_unless_said_otherwise(tmp_path):
    spec = parsed(tmp_path)
    assert spec.run.code == tmp_path and resolved(spec)["run"]["code"] == str(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "other.py").write_text("from cells import Cell")
    run, space = {"code": "elsewhere"}, {"cell": "other:Cell"}
    assert parsed(tmp_path, run=run, space=space).run.code == tmp_path / "elsewhere"
    assert parsed(tmp_path, space={"cell": "GRU"}).run.code is None
    assert parsed(tmp_path, space={"cell": "keras.layers:LSTMCell"})  # an installed one


def test_a_model_is_a_cell_by_another_name(tmp_path):
    by_model, by_cell = (parsed(tmp_path, space={key: "cells:Cell"}) for key in ("model", "cell"))
    assert resolved(by_model) == resolved(by_cell) and by_model.run.code == tmp_path


WRONG = {
    "must name a class or function of .*cells.py; received Cel; did you mean Cell": {
        "space": {"cell": "cells:Cel"}
    },
    "must name a module in .*, or an installed one; received no_cells": {
        "space": {"cell": "no_cells:Cell"}
    },
    f"must be {joined([*CELLS, 'module:Class'])}; received cells.py": {
        "space": {"cell": "cells.py"}
    },
    "space.model: must be module:function; received LSTM": {"space": {"model": "LSTM"}},
    "space.model: must name a class or function of .*cells.py; received build": {
        "space": {"model": "cells:build"}
    },
    "space.model: must not stand beside cell": {"space": {"model": "cells:Cell", "cell": "GRU"}},
    "whose states are passed on": {"task": "sequence_to_sequence"},
    "its own dropout or none; received cells:Cell; add when: {cell": {
        "space": {"cell": ["GRU", "cells:Cell"], "recurrent_dropout": 0.2}
    },
}


@pytest.mark.parametrize("message", WRONG)
def test_what_is_wrong_with_it_is_said(message, tmp_path):
    with pytest.raises(InvalidSpec, match=message):
        parsed(tmp_path, **WRONG[message])


def test_recurrent_dropout_of_the_other_cells_is_fine(tmp_path):
    when = {"value": 0.2, "when": {"cell": ["GRU"]}}
    assert parsed(tmp_path, space={"cell": ["GRU", "cells:Cell"], "recurrent_dropout": when})
