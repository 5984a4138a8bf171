"""The doors to the outside: one small protocol, one place that chooses. A gateway gets a number and words and knows no patient."""

from app.messages.gateways.choosing import Gateways, choose
from app.messages.gateways.protocol import Gateway, LookUp, Parcel, Trace

__all__ = ["Gateway", "Gateways", "LookUp", "Parcel", "Trace", "choose"]
