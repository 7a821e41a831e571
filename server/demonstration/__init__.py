"""Believable data for a first look: a simulated tablet's pushes and staff actions, fixed seed.

Everything enters through the same services as real work; nothing is written past them.
"""
