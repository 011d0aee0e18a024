"""Fakes and contract suites, shipped so that plugin authors can use them too."""
