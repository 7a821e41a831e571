"""The form language: definitions, expressions, logic and validation, the same on both sides."""
