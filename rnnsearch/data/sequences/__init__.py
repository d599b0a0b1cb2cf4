"""Sequences that are separate from each other: their axes, lengths, padding and targets."""
