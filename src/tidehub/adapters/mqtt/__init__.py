"""MQTT: positions that boats, gateways and telephones publish to a broker of the county.

Four forms by topic: our own JSON, OwnTracks, Signal K deltas, NMEA 0183 and AIS lines.
"""

from tidehub.adapters.mqtt.client import MqttFeed
from tidehub.adapters.mqtt.decode import Form, MqttDecoder, Subscription, encode_position

__all__ = ["Form", "MqttDecoder", "MqttFeed", "Subscription", "encode_position"]
