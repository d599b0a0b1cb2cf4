"""A network of one's own, a convolution before an LSTM, on a spec's data: trials train as lanes.

python docs/examples/cnn_front.py
"""

import sys
from pathlib import Path

import keras
from keras import layers

import rnnsearch

HERE = Path(__file__).parent
TRIALS, EPOCHS = (int(number) for number in (*sys.argv[1:], 12, 5)[:2])

# The spec says what is read, how windows are cut and scaled; its space is of no use here.
data = rnnsearch.RecurrentHyperModel(
    {
        "task": "many_to_one",
        "data": {
            "source": "csv",
            "path": str(HERE.parents[1] / "search_spaces" / "data" / "electricity.csv"),
            "time": "timestamp",
            "inputs": ["demand"],
            "calendar": ["hour", "weekday"],
            "target": "demand",
            "window": 96,
            "horizon": 1,
            "stride": 4,
            "split": {"validation": 0.15, "test": 0.15, "folds": 1, "backtest": {"folds": 1}},
        },
        "space": {"units": 16},
    }
)


def build(hp):
    """Patterns of some hours are found side by side; the LSTM reads a quarter of the steps."""
    model = keras.Sequential(
        [
            keras.Input(data.train[0].shape[1:]),
            layers.Conv1D(hp.Choice("filters", [8, 16]), 5, padding="causal", activation="relu"),
            layers.AveragePooling1D(4),
            layers.LSTM(hp.Choice("units", [8, 16])),
            layers.Dropout(hp.Float("dropout", 0.05, 0.3)),
            layers.Dense(1),
        ]
    )
    rate = hp.Float("learning_rate", 1e-3, 3e-2, sampling="log")
    model.compile(keras.optimizers.Adam(rate), loss="mse")
    return model


tuner = rnnsearch.RandomSearch(build, "val_loss", max_trials=TRIALS, directory="results", seed=0)
tuner.search(*data.train, validation_data=data.validation, epochs=EPOCHS, batch_size=32, verbose=0)
best = tuner.oracle.get_best_trials(1)[0]
print(f"{best.hyperparameters.values}: val_loss {best.score:.4f}, in the target's scaled units")
