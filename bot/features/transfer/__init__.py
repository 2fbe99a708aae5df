"""Decisions of another home coming in, and Mycel's own going out."""
