"""What the model thinks of a call, and why a rule is silent on it."""
