"""Decisions about messages: what may be said to whom and when, in which words, and what a provider's answer means."""
