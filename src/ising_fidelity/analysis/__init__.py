"""What lies behind deviations: attribution, scaling, relaxation."""
