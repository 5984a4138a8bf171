"""What the official visit form says and what follows from it, on plain values."""
