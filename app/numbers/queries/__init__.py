"""What is counted and who, as statements over a whole county."""
