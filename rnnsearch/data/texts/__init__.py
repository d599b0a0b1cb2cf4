"""Texts as tokens, tokens as numbers, and the way back."""
