"""How many trials a block has by default."""

import pytest

from rnnsearch.driver.planning.queue import block_size

CARD = "NVIDIA H200"


@pytest.mark.parametrize(
    ("trials", "size"), [(1, 1), (4, 1), (10, 2), (16, 4), (32, 4), (64, 8), (1000, 16)]
)
def test_on_a_cpu_a_search_sees_eight_structures_in_blocks_of_four_to_sixteen(trials, size):
    def never_counted():
        raise AssertionError

    assert block_size("cpu (2 cores)", trials, never_counted, learns=True) == size


@pytest.mark.parametrize(
    ("trials", "structures", "learns", "size"),
    [
        (32, 1, False, 32),  # nothing to learn, nothing to vary: all at once
        (32, 1, True, 8),
        (256, 1, False, 256),
        (300, 6, True, 50),
        (300, None, True, 38),
        (5, 3, True, 1),
        (5, 1, True, 8),
        (32, 3, False, 8),
        (10**6, 1, False, 512),
        (10**6, 1, True, 128),
    ],
)
def test_on_a_gpu_blocks_are_as_wide_as_leaves_something_to_choose(
    trials, structures, learns, size
):
    assert block_size(CARD, trials, lambda: structures, learns) == size


@pytest.mark.parametrize("trials", [4, 10])
def test_few_trials_see_half_as_many_structures_as_trials_drawn_alone(simulation, trials):
    """In blocks of one they are drawn as KerasTuner draws its random ones."""

    def seen(width: int, seed: int) -> int:
        _, planner = simulation(sampler="random", trials=trials, seed=seed).opened()
        programs = set()
        while block := planner.next_block(width):
            programs |= {plan.program for plan in block}
        return len(programs)

    width = block_size("cpu (2 cores)", trials, lambda: None, learns=False)
    alone, here = (sum(seen(size, seed) for seed in range(3)) for size in (1, width))
    assert here >= alone / 2
