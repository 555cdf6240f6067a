"""`python -m profile_core`: the command line."""

from profile_core.cli import main

if __name__ == "__main__":
    main()
