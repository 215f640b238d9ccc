"""What people see and how they stop it: output, progress, hits, Ctrl-C; the commands and the demo share it."""
