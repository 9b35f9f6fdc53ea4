"""Where tickets answer: the customer’s pages and the desk."""
