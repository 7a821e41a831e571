"""The widget kit of the tablet: one concern a file, none that knows what a record means."""
