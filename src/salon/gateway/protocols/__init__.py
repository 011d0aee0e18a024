"""Wire protocols as pure codecs, bytes to events and back. No I/O; dialects do not know each other."""
