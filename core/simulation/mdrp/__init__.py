"""The public Meal Delivery Routing instances (Reyes and others, 2018), played by the matcher."""
