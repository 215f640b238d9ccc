"""`python -m sapwood` is the command `sapwood`."""

from sapwood.cli import main

main()
