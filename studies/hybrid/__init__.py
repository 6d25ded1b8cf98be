"""What an independent frame costs."""
