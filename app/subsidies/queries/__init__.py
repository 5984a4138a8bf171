"""Every SELECT of the subsidy room: runs and policies, lines, and the facts that a line is decided from."""
