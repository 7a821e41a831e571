"""XLSForm's expression language: tokens, grammar, functions, and compilation to closures."""
