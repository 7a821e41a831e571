"""Records as both sides see them: their state, their workflow, the hash of their content."""
