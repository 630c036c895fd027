"""Pure computation: arrays in, arrays out; no input or output, no clock, no chance."""
