"""`python -m pressrun` is the command `pressrun`."""

from pressrun.cli.main import main

if __name__ == "__main__":
    main()
