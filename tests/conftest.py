"""What all tests share: property tests that do not depend on how busy the machine is, or on chance."""

from hypothesis import settings

# A deadline measures the machine, not the code; speed has its own place in `make bench`.
settings.register_profile("book", deadline=None, derandomize=True)
settings.load_profile("book")
