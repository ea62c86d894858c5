"""Between the loop and the providers: who is asked, when, how often, and for how much."""
