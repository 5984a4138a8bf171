"""The one policy table: what a role sees of whom (`fields`), and what it may do (`actions`). `app.core.access` guards by it."""
