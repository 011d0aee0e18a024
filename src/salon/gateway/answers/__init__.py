"""Answers kept to be given again: the exact-match cache, and idempotency keys."""

from salon.gateway.answers.cache import AnswerCache, cache_key
from salon.gateway.answers.idempotency import Claim, IdempotencyKeys
from salon.gateway.answers.recorded import Recorded

__all__ = ["AnswerCache", "Claim", "IdempotencyKeys", "Recorded", "cache_key"]
