"""Every SELECT of insurance."""
