"""The terminal interface. Its place on the floors; nothing stands here yet."""
