"""Chinese messages as citizens write them: place names, topics, urgency, and a category suggested with its odds.

Nothing here decides anything about a person: it suggests, shows why, and says when it does not know.

* :func:`~tidehub.methods.text.places.find_places` – names, addresses, buildings, plates in a text;
* :class:`~tidehub.methods.text.topics.Topics` – what a text is about, on day zero, from a list of words;
* :func:`~tidehub.methods.text.urgency.urgency` – words that ask for haste, each shown;
* :class:`~tidehub.methods.text.classifier.Classifier` – categories learnt from the user's own messages;
* :func:`~tidehub.methods.text.train.train` – how it is learnt (needs scikit-learn; suggesting does not).
"""

from tidehub.methods.text.classifier import Classifier, Suggestion
from tidehub.methods.text.grams import fold, grams, sounds_alike
from tidehub.methods.text.masking import mask_personal
from tidehub.methods.text.places import Gazetteer, PlaceName, PlacesInText, find_places
from tidehub.methods.text.topics import Topic, Topics, day_zero_topics, read_topics
from tidehub.methods.text.urgency import Urgency, urgency

__all__ = [
    "Classifier",
    "Gazetteer",
    "PlaceName",
    "PlacesInText",
    "Suggestion",
    "Topic",
    "Topics",
    "Urgency",
    "day_zero_topics",
    "find_places",
    "fold",
    "grams",
    "mask_personal",
    "read_topics",
    "sounds_alike",
    "urgency",
]
