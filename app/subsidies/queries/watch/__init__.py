"""What the patterns of fraud are found by: one query or two a pattern for a whole run, and who was named."""
