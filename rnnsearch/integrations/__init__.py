"""Adapters on the API for code written against other tools."""
