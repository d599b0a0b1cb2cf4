"""What a search left in its folder: tables, the winner at work, its page, its exports."""
