"""Use cases that span rooms: transfers, what two people put right, merges."""
