"""What is counted and how, as plain values (domain 4)."""
