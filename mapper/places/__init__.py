"""Names to places: knows no reports."""
