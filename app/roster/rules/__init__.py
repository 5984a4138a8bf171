"""What a roster says, decided on plain values: header, cells, rows, cross-checks."""
