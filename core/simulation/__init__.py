"""The world outside the console: customers, kitchens and drivers, made up from one seed.

The simulator is told nothing that people outside would not know. It places orders and cancels them through the same commands
as any customer, and its drivers speak to the console only over the transport, as phones do.
"""
