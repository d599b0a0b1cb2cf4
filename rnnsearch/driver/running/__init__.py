"""A block with a worker: what its trials come to, how far a search is, when it is enough."""
