"""What pages of this room send: shape only; the rules judge."""
