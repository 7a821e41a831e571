"""Reading XLSForms: sheets of rows, and their translation into a form document."""
