"""Any frames judged in one call: a reference is made, numbers are compared, causes are named."""
