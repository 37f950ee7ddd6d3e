"""Places to geometry: knows no words."""
