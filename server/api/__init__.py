"""JSON and sync for tablets and programs: a file a noun; errors are written in `errors` only."""
