"""The best so far, delivered without being confirmed: simple methods may stand beside it, too.

Its networks are those of the search, each judged on the division that it was not trained on; of
origins in time all judge, and the latest one's networks are delivered. That the best was chosen by
the same scores makes it look better than it is; of a mixture with simple methods, which were not,
that says the less.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from rnnsearch.data import SequenceData
from rnnsearch.driver.comparing.averages import Court, averaged
from rnnsearch.driver.comparing.mixtures import worth_mixing
from rnnsearch.driver.comparing.offers import Offers
from rnnsearch.driver.finishing.companions import Companions
from rnnsearch.driver.finishing.delivering import favours_of, shares_left
from rnnsearch.driver.finishing.so_far import SoFar
from rnnsearch.driver.planning.planner import Planner
from rnnsearch.execution import Executor
from rnnsearch.execution.remote import put_out_remotely
from rnnsearch.execution.worker_orders import Assemble, PutOut
from rnnsearch.models.networks import Network
from rnnsearch.outcomes import Delivery, TrialRecord
from rnnsearch.records import StudyFolder, load_weights
from rnnsearch.vocabulary import Objective

__all__ = ["Hurried"]


@dataclass(frozen=True)
class Hurried:
    """Makes a model of the best so far.

    Attributes:
        executor: Its workers, idle.
        planner: Of the search.
        data: What is learned from.
        objective: What is searched for.
        folder: Of the study, which keeps the weights of runs.
        companions: What may stand beside the networks.
    """

    executor: Executor
    planner: Planner
    data: SequenceData
    objective: Objective
    folder: StudyFolder
    companions: Companions | None = None

    def chosen(self, so_far: SoFar) -> Delivery:
        """What is delivered of it: the networks, or these and simple methods."""
        ordered = self.data.ordered
        k = 1 if ordered else self.planner.regime.folds
        bag = so_far.delivery(self.objective, k)
        folds = self._folds(so_far)
        if self.companions is None or not folds:
            return bag
        datasets = [self.data.dataset(so_far.program.window, fold) for fold in folds]
        court = Court(datasets, so_far.program.loss, so_far.program.metrics, ordered)
        columns = [self._outputs(so_far, trial, folds) for trial in so_far.trials]
        outputs = averaged(columns, [bag.shares[str(one.number)] for one in so_far.trials])
        offers = Offers(court, self.objective, k)
        alone = replace(offers.of("bag", outputs, bag.shares), networks=bag.networks)
        ensemble = offers.ensemble(outputs, bag.shares, self.companions.outputs(folds))
        if ensemble is None or not worth_mixing(
            ensemble, alone, self.objective, k, ordered=ordered
        ):
            return alone
        return replace(ensemble, networks=bag.networks)

    def together(
        self, chosen: Delivery, so_far: SoFar, networks: Sequence[Network]
    ) -> tuple[Delivery, Assemble]:
        """What makes one model of it, and the shares that are left.

        Args:
            chosen: What is delivered.
            so_far: The best so far.
            networks: Its networks, whose shares sum to one.
        """
        simple = [name for name in chosen.shares if not name.isdecimal()]
        beside = self.companions
        graphs = {} if beside is None or not simple else beside.graphs(so_far.program, simple)
        chosen = replace(chosen, shares=shares_left(chosen.shares, graphs))
        branches = tuple((graph, chosen.shares[name]) for name, graph in graphs.items())
        of_networks = 1.0 - sum(share for _, share in branches)
        weighed = tuple(replace(one, share=one.share * of_networks) for one in networks)
        leaning = favours_of(chosen, self.data, so_far.program)
        return chosen, Assemble(so_far.program, weighed, branches, leaning)

    def _folds(self, so_far: SoFar) -> list[int]:
        """Divisions that each of its trials has a network of."""
        of_each = [set(self._networks(so_far, trial)) for trial in so_far.trials]
        return sorted(set.intersection(*of_each))

    def _networks(self, so_far: SoFar, trial: TrialRecord) -> dict[int, list[int]]:
        """Division → the runs of a trial on it, by their indices."""
        runs = self.planner.runs(trial.number, trial.params)[: len(trial.run_scores)]
        delivered = {one.index for one in so_far.members if one.trial == trial.number}
        found: dict[int, list[int]] = {}
        for run in runs:
            kept = self.folder.run_weights(run.trial, run.index)
            if run.index in delivered or (self.data.ordered and kept.exists()):
                found.setdefault(run.fold, []).append(run.index)
        return found

    def _outputs(self, so_far: SoFar, trial: TrialRecord, folds: Sequence[int]) -> list[np.ndarray]:
        """What a trial's networks put out on divisions that they did not see, averaged."""
        runs = self._networks(so_far, trial)
        places = [(fold, index) for fold in folds for index in runs[fold]]
        networks = tuple(
            (fold, load_weights(self.folder.run_weights(trial.number, index)))
            for fold, index in places
        )
        program = self.planner.program(trial.params)
        put = put_out_remotely(self.executor, PutOut(program, networks))
        return [
            np.mean([one for one, (of, _) in zip(put, places, strict=True) if of == fold], axis=0)
            for fold in folds
        ]
