"""News reports of a war become a map that can be checked."""
