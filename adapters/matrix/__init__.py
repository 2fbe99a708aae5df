"""Matrix: rooms of any homeserver, through matrix-nio, plain and end-to-end encrypted."""
