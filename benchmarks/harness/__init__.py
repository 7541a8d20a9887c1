"""Measuring: processes, load, interleaved rounds and their ratios. Knows nothing of Unison."""
