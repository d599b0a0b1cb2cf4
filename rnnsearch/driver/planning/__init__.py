"""What is trained, and how: the regime of a search, and trials planned into blocks of a program."""
