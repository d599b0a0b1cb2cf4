"""What files hold, before anything is made of it: cells, tables, sequences, texts."""
