"""The tablet's database: what was typed, what waits to be sent, what the server said, files."""
