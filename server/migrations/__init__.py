"""The database's history: each version brings it one step forward, and is never edited."""
