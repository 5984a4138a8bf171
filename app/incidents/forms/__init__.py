"""Shapes of the room's forms."""
