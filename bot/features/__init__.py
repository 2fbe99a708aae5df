"""What Mycel does, a room a feature."""
