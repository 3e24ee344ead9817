"""Another board's export comes in: twice without doubling, and out again as a whole."""
