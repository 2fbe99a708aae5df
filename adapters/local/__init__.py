"""The playground: a chat of several groups in the browser and as a script, for which nobody needs an account."""
