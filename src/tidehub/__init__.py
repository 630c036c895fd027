"""潮汇 Tidehub: one platform on which everything that happens in a county is reported, handled and accounted for."""

__version__ = "0.1.0"
