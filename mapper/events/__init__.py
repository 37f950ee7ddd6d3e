"""Locations to what happened, in order."""
