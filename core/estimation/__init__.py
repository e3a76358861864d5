"""What things take: preparation and the time at a stop, learnt from the orders this store has seen."""
