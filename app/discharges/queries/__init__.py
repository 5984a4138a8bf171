"""Reading loops: facts of the register, each form's own fields, the board, inboxes, the receipt sheet."""
