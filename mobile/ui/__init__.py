"""The tablet's screens and widgets, on plain Kivy; the only place below `mobile` that draws."""
