"""One line and everything behind it, in a fixed number of queries, as far as the actor's role may know it."""
