"""Thai dates, text and identifiers: the rules of the place, without I/O."""
