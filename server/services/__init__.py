"""What the office does: one verb, one file, one transaction."""
