"""Every question to the tables of messages, and to those of lower rooms that a message depends on."""
