"""Experiments over several networks: comparison, robustness, size, calibration, as arrays and statistics."""
