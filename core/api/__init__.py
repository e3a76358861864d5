"""The interface for other systems: HTTP in, server-sent events out. Loaded only where it is switched on."""
