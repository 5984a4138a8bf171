"""The printed forms of the field: one module per form or small family, all set by `flow`, `grid` and `sheet`.

Codes come in as the numbers that the form prints beside its options; a value that is not known is left as a blank to fill by
hand, so that an empty document prints the empty form.
"""
