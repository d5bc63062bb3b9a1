"""`python -m sepakat` is the command line."""

from sepakat.cli.main import main

main()
