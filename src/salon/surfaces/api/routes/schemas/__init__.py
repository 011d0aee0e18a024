"""The bodies of the management API. Times are UTC milliseconds, money is 10⁻¹⁰ of ``currency``."""
