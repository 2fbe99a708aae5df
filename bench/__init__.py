"""`mycel bench`: what Mycel costs, measured in one run on one machine, so that ratios are fair. Never fails on a figure."""
