"""The tablet: capture offline, synchronise later."""
