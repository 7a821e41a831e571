"""One input widget for each type of question; `making.input_for` finds the right one."""
