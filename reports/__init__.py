"""Paper and workbooks: a plain frozen dataclass in, bytes out.

Nothing here knows the database, the web or the language of the screen: papers are Chinese. The rooms hand in what is to be
printed; equal input gives equal bytes.
"""
