"""Re-runnable comparisons; each prints ratios from one run on one machine."""
