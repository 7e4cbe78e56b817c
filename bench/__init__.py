"""Measurements: `make bench`. Figures are ratios within one run: machines differ and are noisy."""
