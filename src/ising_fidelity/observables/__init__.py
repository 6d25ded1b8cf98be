"""What is measured on a set of frames."""
