"""Who may do what: one table of acts, and the person acting."""
