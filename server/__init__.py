"""The office: merge point, review and reports."""
