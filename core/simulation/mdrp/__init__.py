"""The public Meal Delivery Routing instances (Reyes et al., "The Meal Delivery Routing Problem", 2018), played by the matcher."""
