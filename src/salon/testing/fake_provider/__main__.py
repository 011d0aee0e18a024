"""``python -m salon.testing.fake_provider``."""

import sys

from salon.testing.fake_provider.cli import main

sys.exit(main())
