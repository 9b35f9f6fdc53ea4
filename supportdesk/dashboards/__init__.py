"""What a supervisor looks at: what can still be saved, then how it went. Every number opens its tickets."""
