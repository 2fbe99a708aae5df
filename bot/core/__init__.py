"""What every feature uses; knows no platform and no feature."""
