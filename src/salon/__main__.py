"""``python -m salon``: the same as ``salon``."""

from salon.app.main import main

if __name__ == "__main__":
    main()
