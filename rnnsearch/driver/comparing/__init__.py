"""What is worth how much: how sure a score is, averages of networks, simple methods beside them."""
