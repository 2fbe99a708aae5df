"""The platforms, the browser and the web: all that speaks to the outside."""
