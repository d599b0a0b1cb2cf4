"""A search that is under way: its folder claimed, its workers, what is written, how it ends."""
