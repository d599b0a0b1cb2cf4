"""A table with one row a time step: its rows, their time, and the windows cut from them."""
