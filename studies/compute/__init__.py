"""What the compute of training and sampling buys."""
