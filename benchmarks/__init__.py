"""What Unison costs, as ratios against simpler things that do the same: `python -m benchmarks`."""
