"""What the tablet does, one module an act: capture, attach, enrol, sign in, synchronise."""
