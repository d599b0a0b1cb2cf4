"""Text, DNA and other sequences of tokens: cut, numbered, split and padded."""
