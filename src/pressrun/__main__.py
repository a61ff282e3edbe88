"""`python -m pressrun` is the command `pressrun`."""

from pressrun.cli.entry import main

if __name__ == "__main__":
    main()
