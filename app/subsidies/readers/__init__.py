"""The bank's files: pay files as they went out, and the replies to them, in whatever layout the bank sends."""

from app.subsidies.readers.answers import read_returns, read_sent

__all__ = ["read_returns", "read_sent"]
