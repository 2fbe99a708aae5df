"""What Mycel remembers: tables, frozen records and queries as functions; knows nothing above it."""
