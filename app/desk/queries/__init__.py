"""Every SELECT of the desk: pages that show several rooms together. What a role may not see is not loaded."""
