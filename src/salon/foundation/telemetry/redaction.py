"""Takes secrets out of text before it is written anywhere.

Two nets: secrets this process holds are registered and replaced wherever they appear; and whatever
looks like a credential is replaced whether or not anyone registered it.
"""

import re

HIDDEN = "[hidden]"

_LOOKS_SECRET = re.compile(
    r"(?P<keep>(?:authorization|proxy-authorization|cookie|set-cookie)"
    r"[\"']?\s*[:=]\s*[\"']?(?:bearer |basic )?)"
    r"[^\s\"',;]+"
    r"|(?P<keep2>(?:x-api-key|api[-_]?key|x-goog-api-key|access[-_]?key|secret[-_]?key|client[-_]?secret|password"
    r"|passwd|token|secret)[\"']?\s*[:=]\s*[\"']?)[^\s\"',;&}]{6,}"
    r"|(?P<keep3>bearer\s+)[A-Za-z0-9._~+/=-]{8,}"
    r"|(?P<keep4>://[^/\s:@]*:)[^/\s@]+(?=@)"
    r"|(?P<keep5>[?&](?:key|api_key|apikey|token|access_token|signature|sig)=)[^\s&\"']+"
    r"|\b(?:sk|pk|rk)-[A-Za-z0-9_-]{12,}"
    r"|\bsk_[A-Za-z0-9_]{16,}"
    r"|\b(?:gsk|hf|ghp|gho|ghs|github_pat|glpat|xoxb|xoxp|r8|pplx|nvapi|tgp)[_-][A-Za-z0-9_-]{12,}"
    r"|\bxai-[A-Za-z0-9]{16,}"
    r"|\bAIza[A-Za-z0-9_-]{20,}"
    r"|\bA(?:KIA|SIA)[A-Z0-9]{12,}"
    r"|\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*",
    re.IGNORECASE,
)
_KEEPS = ("keep", "keep2", "keep3", "keep4", "keep5")
_SHORTEST = 8


class Redactor:
    """Replaces secrets in text. One per process; registering is cheap and never undone."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def register(self, secret: str | None) -> None:
        """Never let ``secret`` be written. Shorter than eight characters it would hide ordinary words."""
        if not secret or len(secret) < _SHORTEST or secret in self._known:
            return
        self._known.add(secret)
        longest_first = sorted(self._known, key=len, reverse=True)
        self._pattern = re.compile("|".join(re.escape(one) for one in longest_first))

    def redact(self, text: str) -> str:
        """Return ``text`` with every secret replaced by ``[hidden]``."""
        if self._pattern is not None:
            text = self._pattern.sub(HIDDEN, text)
        return _LOOKS_SECRET.sub(_replace, text)


def _replace(match: re.Match[str]) -> str:
    kept = next((match.group(name) for name in _KEEPS if match.group(name) is not None), "")
    return kept + HIDDEN


redactor = Redactor()
"""The redactor of this process."""
