"""Scenes on the platform. Each folder is one; none knows another, and the platform knows none."""
