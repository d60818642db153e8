"""How sure the figures of a scenario are: the same run on many draws of what is not sure, and what comes of it."""
