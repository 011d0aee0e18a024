"""Ranking and moderation, as the fake provider does them: by words that are there or not."""

from typing import Any

from salon.testing.fake_provider import cohere, openai
from salon.testing.fake_provider.answer import Answer, JsonObject, as_objects, join_texts
from salon.testing.fake_provider.whole import Wanted, WholeDialect

BAD = "violence"
"""The word that is flagged, and its category."""


class Ranking(Wanted, kw_only=True):
    """What is to be ranked: the question is the first text, the documents follow."""

    top: int | None = None


def score(query: str, document: str) -> float:
    """Return how many of the question's words the document has, as a share."""
    words = set(query.lower().split())
    return len(words & set(document.lower().split())) / max(1, len(words))


def _documents(body: JsonObject) -> list[str]:
    return [one if isinstance(one, str) else str(one["text"]) for one in body["documents"]]


def _ranking(body: JsonObject) -> Ranking:
    return Ranking(texts=[body["query"], *_documents(body)], top=body.get("top_n") or body.get("top_k"))


def _ranked(wanted: Ranking, answer: Answer) -> Any:
    query, *documents = wanted.texts
    scores = [(score(query, document), place) for place, document in enumerate(documents)]
    results = "data" if "voyage" in answer.model else "results"
    best = sorted(scores, key=lambda one: (-one[0], one[1]))[: wanted.top]
    return {
        "id": f"fake-{answer.number}",
        "model": answer.model,
        results: [{"index": place, "relevance_score": value} for value, place in best],
        "usage": {"total_tokens": answer.input_tokens},
    }


def _inputs(body: JsonObject) -> list[str]:
    given = body["input"]
    if isinstance(given, str):
        return [given]
    parts = as_objects(given)
    return [join_texts([parts])] if parts else [str(one) for one in given]


def _judged(wanted: Wanted, answer: Answer) -> Any:
    results = [
        {"categories": {BAD: BAD in text}, "category_scores": {BAD: 1.0 if BAD in text else 0.0}}
        for text in wanted.texts
    ]
    if "mistral" not in answer.model:
        results = [{"flagged": one["categories"][BAD], **one} for one in results]
    return {"id": f"modr-fake-{answer.number}", "model": answer.model, "results": results}


JUDGING = (
    WholeDialect(
        name="rerank",
        PATH_END="/rerank",
        of=cohere,
        wanted=_ranking,
        write=_ranked,
    ),
    WholeDialect(
        name="moderations",
        PATH_END="/moderations",
        of=openai,
        wanted=lambda body: Wanted(texts=_inputs(body)),
        write=_judged,
    ),
)
"""Every way to ask. A model whose name has “mistral” in it flags nothing, as Mistral's do not; one with
“voyage” in it has Voyage's name for the results."""
