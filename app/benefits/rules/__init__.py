"""Rules of benefits: who is entitled to what, requests to other offices, hospital costs, community rehabilitation (domain 5.8)."""
