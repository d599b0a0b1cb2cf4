"""Our spaces inside KerasTuner itself."""

import keras
import keras_tuner
import numpy as np
import pytest

import rnnsearch
from rnnsearch.errors import InvalidSpec

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 6, 2)).astype("float32")
Y = X[:, :, 0].sum(axis=1)
SPACE = {
    "cell": ["SimpleRNN", "GRU"],
    "units": 3,
    "bidirectional": False,
    "depth": {"min": 1, "max": 2},
    "recurrent_dropout": {"min": 0.1, "max": 0.3, "when": {"cell": ["GRU"]}},
    "learning_rate": {"min": 1e-3, "max": 1e-1, "log": True},
    "dropout": 0,
}


def test_keras_tuner_searches_our_space(tmp_path):
    hypermodel = rnnsearch.RecurrentHyperModel({"space": SPACE}, x=X, y=Y)
    tuner = keras_tuner.RandomSearch(
        hypermodel, "val_loss", max_trials=1, seed=3, directory=tmp_path, project_name="p"
    )
    names = {entry.name for entry in tuner.oracle.hyperparameters.space}
    assert names >= {"cell", "units", "depth", "recurrent_dropout", "learning_rate"}
    tuner.search(*hypermodel.train, validation_data=hypermodel.validation, epochs=1, verbose=0)
    values = tuner.get_best_hyperparameters()[0].values
    model = hypermodel.build(tuner.get_best_hyperparameters()[0])
    recurrent = [layer for layer in model.layers if isinstance(layer, keras.layers.RNN)]
    assert len(recurrent) == values["depth"]
    assert {type(layer).__name__ for layer in recurrent} == {values["cell"]}
    assert float(model.optimizer.learning_rate.value) == pytest.approx(values["learning_rate"])
    scaled = hypermodel.preparation.scaling.apply(X)
    assert hypermodel.train[0].shape[1:] == scaled.shape[1:]


def test_a_condition_of_the_space_is_one_of_keras_tuners():
    hypermodel = rnnsearch.RecurrentHyperModel({"space": SPACE}, x=X, y=Y)
    hp = keras_tuner.HyperParameters()
    hypermodel.build(hp)
    hp.values["cell"] = "SimpleRNN"
    (entry,) = [entry for entry in hp.space if entry.name == "recurrent_dropout"]
    assert not hp.is_active(entry)
    (layer,) = [x for x in hypermodel.build(hp).layers if isinstance(x, keras.layers.RNN)]
    assert layer.cell.recurrent_dropout == 0


def test_what_model_fit_can_not_do_is_refused():
    space = {"unroll_length": [2, "full"], "batch_size": [8, 16]}
    with pytest.raises(InvalidSpec) as error:
        rnnsearch.RecurrentHyperModel({"space": space}, x=X, y=Y)
    assert [p.path for p in error.value.problems] == ["space.unroll_length", "space.batch_size"]
    with pytest.raises(InvalidSpec, match="must be a spec, or x and y"):
        rnnsearch.RecurrentHyperModel()
