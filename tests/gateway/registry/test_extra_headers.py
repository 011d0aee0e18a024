"""Headers that people have sent with every request to a provider."""

import pytest

from salon.foundation.kit.errors import ConfigError
from salon.gateway.registry.extra_headers import check_headers, with_extra


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ({"a b": "x"}, "names no header"),
        ({"Host": "elsewhere"}, "said by Salon itself"),
        ({"transfer-encoding": "chunked"}, "said by Salon itself"),
        ({"Authorization": "Bearer sk-1"}, "carries a credential"),
        ({"X-Api-Key": "sk-1"}, "carries a credential"),
        ({"cf-access-client-secret": "s"}, "carries a credential"),
        ({"X-Title": "a\r\nHost: elsewhere"}, "no header can carry"),
        ({"X-Title": ""}, "is empty"),
        ({"X-Title": "é"}, "no header can carry"),
        ({"X-Title": "a", "x-title": "b"}, "twice"),
        ({f"x-{number}": "a" for number in range(21)}, "more than 20"),
    ],
)
def test_a_header_that_cannot_be_meant_is_refused(headers: dict[str, str], words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check_headers(headers, provider="lab")
    assert words in caught.value.message
    assert "providers.lab.headers" in caught.value.message
    assert "sk-1" not in caught.value.message


def test_a_persons_header_takes_the_place_of_one_of_its_name() -> None:
    check_headers({"User-Agent": "mine/1", "OpenAI-Organization": "org-1"}, provider="lab")
    own = [(b"user-agent", b"salon"), (b"accept", b"*/*")]
    assert with_extra(own, {"User-Agent": "mine/1"}) == [(b"accept", b"*/*"), (b"user-agent", b"mine/1")]
    assert with_extra(own, {}) is own
