"""Parts that only the composition root needs: keys, calendars, the seeded world, the context of flows."""
