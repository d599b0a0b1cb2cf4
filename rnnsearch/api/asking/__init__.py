"""What a search is asked for: spec, data and code of the user's, read and checked."""
