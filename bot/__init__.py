"""The commands, rules and messages of Mycel, free of any platform."""
