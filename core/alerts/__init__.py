"""What needs a dispatcher's eye: conditions, and how long they have to last and to be gone before anyone is told."""
