"""The plugin host. Built-ins register through the same registries that plugins will use."""
