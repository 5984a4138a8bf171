"""一历五单 (domain 6): states, clocks, who is told what, what the record says."""
