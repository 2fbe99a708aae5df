"""`mycel bench`: what Mycel costs, measured in one run on one machine: ratios are fair.

Aims are compared with, never asserted: a slow machine is no failure.
"""
