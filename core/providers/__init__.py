"""Who delivers, behind one interface: our own fleet, and others by webhook or by polling."""
