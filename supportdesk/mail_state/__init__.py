"""Mail that stands still, both ways, and what a person can do about it."""
