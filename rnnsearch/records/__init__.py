"""What lasts: the files in a study's folder, one module per artifact."""

from rnnsearch.records.best_weights import BestWeights, load_weights, save_weights
from rnnsearch.records.csv_cells import frame_to_csv
from rnnsearch.records.environment import environment, read_environment, write_environment
from rnnsearch.records.epochs import EpochsFile, read_epochs
from rnnsearch.records.final_runs import Finals
from rnnsearch.records.folder import StudyFolder
from rnnsearch.records.frames import diagnosis_frame, reach_frame, targets_frame
from rnnsearch.records.leaderboard import (
    leaderboard,
    leaderboard_csv,
    read_leaderboard,
    write_leaderboard,
)
from rnnsearch.records.notes import has_params, note_params, params_of, run_epochs_of
from rnnsearch.records.open_blocks import OpenBlocks, is_open
from rnnsearch.records.optuna_study import (
    commit,
    leave_waiting,
    open_study,
    records,
    tell,
)
from rnnsearch.records.summary_file import read_summary, write_summary
from rnnsearch.records.typed_frames import frame_to_parquet
from rnnsearch.records.verdicts import (
    constant_loss,
    metrics_of,
    verdict_on,
    verdicts_of_folder,
)

__all__ = [
    "BestWeights",
    "EpochsFile",
    "Finals",
    "OpenBlocks",
    "StudyFolder",
    "commit",
    "constant_loss",
    "diagnosis_frame",
    "environment",
    "frame_to_csv",
    "frame_to_parquet",
    "has_params",
    "is_open",
    "leaderboard",
    "leaderboard_csv",
    "leave_waiting",
    "load_weights",
    "metrics_of",
    "note_params",
    "open_study",
    "params_of",
    "reach_frame",
    "read_environment",
    "read_epochs",
    "read_leaderboard",
    "read_summary",
    "records",
    "run_epochs_of",
    "save_weights",
    "targets_frame",
    "tell",
    "verdict_on",
    "verdicts_of_folder",
    "write_environment",
    "write_leaderboard",
    "write_summary",
]
