"""What a trial is asked for: Optuna's samplers, what they are shown, what a search begins with."""
