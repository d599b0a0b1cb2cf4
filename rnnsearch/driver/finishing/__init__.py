"""The end of a search: confirmed, a network without memory beside it, one model delivered."""
