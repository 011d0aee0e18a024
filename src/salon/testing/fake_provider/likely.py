"""Log probabilities of the fake provider's tokens, in the words of chat and in Gemini's."""

from collections.abc import Sequence

from salon.testing.fake_provider.answer import Answer, JsonObject

LOGPROB = -0.25
"""Of every token it says."""
_OTHERS = ("else", "or", "not", "maybe")


def likely_tokens(answer: Answer, pieces: Sequence[str]) -> list[JsonObject]:
    """Return each token with as many of the likeliest as were asked for, itself the first."""
    wanted = answer.likely or 0
    return [
        {
            **_token(piece, LOGPROB),
            "top_logprobs": [
                _token(other, LOGPROB - at) for at, other in enumerate((piece, *_OTHERS)[:wanted])
            ],
        }
        for piece in pieces
    ]


def _token(text: str, logprob: float) -> JsonObject:
    return {"token": text, "logprob": logprob, "bytes": list(text.encode())}


def likely_candidates(answer: Answer, pieces: Sequence[str]) -> JsonObject:
    """Return the same as a ``logprobsResult``."""
    tokens = likely_tokens(answer, pieces)
    return {
        "chosenCandidates": [_candidate(token) for token in tokens],
        "topCandidates": [{"candidates": [_candidate(top) for top in t["top_logprobs"]]} for t in tokens],
    }


def _candidate(token: JsonObject) -> JsonObject:
    return {"token": token["token"], "logProbability": token["logprob"]}
