"""Records as tables for other programs: all versions of a form together, csv and xlsx."""
