"""Tours and pickups: the planner's own search (insertion, ruin and recreate, guided ejection), and its checker."""
