"""Reading, writing and describing files."""
