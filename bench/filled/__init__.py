"""A desk full of imported tickets, for what is measured at size."""
