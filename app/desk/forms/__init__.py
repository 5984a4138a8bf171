"""Shapes of the desk's forms."""
