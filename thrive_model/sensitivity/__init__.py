"""What matters of all that is not sure: one at a time, everywhere at once, and for the decision that hangs on it."""
