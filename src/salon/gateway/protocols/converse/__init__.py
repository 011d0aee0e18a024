"""Bedrock's Converse, and Nova over InvokeModel: spoken to Amazon, served to nobody."""

from salon.gateway.protocols.converse.dialect import DIALECT, NOVA

__all__ = ["DIALECT", "NOVA"]
