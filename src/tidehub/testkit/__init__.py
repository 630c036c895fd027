"""What tests of the platform and of packs build on: a clock moved by hand, a seeded town, told stories."""

from tidehub.testkit.clock import FixedClock

__all__ = ["FixedClock"]
