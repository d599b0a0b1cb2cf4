"""How many trials a block has by default."""

import pytest

from rnnsearch.driver.queue import block_size

CARD = "NVIDIA H200"


@pytest.mark.parametrize(("trials", "size"), [(1, 4), (32, 4), (64, 8), (1000, 16)])
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
        (5, 3, True, 8),
        (10**6, 1, False, 512),
        (10**6, 1, True, 128),
    ],
)
def test_on_a_gpu_blocks_are_as_wide_as_leaves_something_to_choose(
    trials, structures, learns, size
):
    assert block_size(CARD, trials, lambda: structures, learns) == size
