"""Rules of insurance: policies and premiums, who is covered when, claims and their deadlines, relief (domain 5.8)."""
