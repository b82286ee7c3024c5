"""Pages, accounts and the `philos` command. May import all."""
