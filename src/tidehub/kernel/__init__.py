"""The words everyone shares. Nothing in here touches a clock, a disk, a network or chance."""
