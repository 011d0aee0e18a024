"""What people and programs touch: HTTP, command line, terminal, library."""
