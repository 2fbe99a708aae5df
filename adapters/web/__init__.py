"""The HTTP server: health, readiness, metrics."""
