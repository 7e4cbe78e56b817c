"""Measurements: `make bench`. Figures are ratios within one run: machines differ and are noisy.

cloud.py has one emulated AWS for all that is compared; children/ is what runs in a fresh process;
server.py is a warm one, and flows.py the requests that it is asked. Each other module is a section
of the report.
"""
