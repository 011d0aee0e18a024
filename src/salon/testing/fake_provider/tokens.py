"""An address that gives tokens, as Google's, Microsoft's and others' do by OAuth 2.0."""

from typing import Any
from urllib.parse import parse_qs


class TokenDesk:
    """Gives a new token for each question, and remembers what was asked."""

    def __init__(self) -> None:
        self.lifetime_s = 3600
        self.refusal: tuple[int, dict[str, Any]] | None = None
        """Status and body of a refusal; None gives tokens."""
        self.asked: list[dict[str, str]] = []
        """The forms that came, oldest first."""

    @property
    def token(self) -> str:
        """The last token given."""
        return f"fake-token-{len(self.asked)}"

    def answer(self, body: bytes) -> tuple[int, Any]:
        """Answer one question for a token."""
        self.asked.append({name: values[-1] for name, values in parse_qs(body.decode()).items()})
        if self.refusal is not None:
            return self.refusal
        return 200, {"access_token": self.token, "expires_in": self.lifetime_s, "token_type": "Bearer"}
