"""The outside world: one folder per protocol, each turns what a device says into our words and back."""
