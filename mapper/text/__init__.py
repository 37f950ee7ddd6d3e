"""Words to spans: knows no coordinates."""
