"""The quarter's papers: drawings of the same rows that the board shows (ledger, notices, pay file).

Papers are Chinese by law; their words stand here and in `reports/`, not in the catalogues.
"""
