"""Where the drivers are, and who is near."""
