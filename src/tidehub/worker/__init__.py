"""The beat: what follows a fact is done, timers fire; each once, in order, through any crash."""

from tidehub.worker.beat import Worker
from tidehub.worker.follow_ups import Flow
from tidehub.worker.follower import Follower

__all__ = ["Flow", "Follower", "Worker"]
