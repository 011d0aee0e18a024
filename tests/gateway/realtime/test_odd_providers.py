"""Providers that bend the protocol: each response is still written down once, and no key of ours is told on."""

import asyncio

import pytest

PROVIDER_KEY = "sk-upstream-canary"
"""Of the bench's providers."""


@pytest.mark.parametrize("fault", ["no-ids", "no-start"])
def test_each_response_is_one_row_however_little_a_provider_says_of_it(play, talking, fault):
    async def scene(bench, fake):
        async with talking(bench) as talk:
            for count in (1, 2, 3):
                talk.socket.ask(f"{{{{fake text=a b;fault={fault}}}}}")
                await talk.socket.wait_for("response.done", count=count)
            assert not talk.opened.session.meter.is_busy
        assert [row.output_tokens for row, _ in await bench.rows()] == [2, 2, 2]

    play(scene)


def test_a_provider_that_repeats_our_key_in_a_session_is_not_passed_on(play, talking):
    async def scene(bench, fake):
        async with talking(bench) as talk:
            talk.socket.ask("{{fake tokens=9;fault=echo-key}}")
            # It says goodbye and holds the connection: nobody waits for its next pong.
            async with asyncio.timeout(12):
                code, reason = await talk.ended()
        assert (talk.socket.kinds[-1], code) == ("error", 1008)
        assert talk.socket.events[-1]["error"]["message"].startswith("Incorrect key: Bearer ")
        told = reason.encode() + b"".join(one.encode() for one in talk.socket.heard)
        assert PROVIDER_KEY.encode() not in told

    play(scene)


def test_what_is_said_to_spoken_words_counts_when_the_session_breaks_off(play, talking):
    async def scene(bench, fake):
        async with talking(bench) as talk:
            talk.socket.say("session.update", session={"type": "realtime", "output_modalities": ["audio"]})
            talk.socket.ask("{{fake tokens=400;rate=200}}")
            await talk.socket.wait_for("response.output_audio_transcript.delta", count=80)
        entry, _ = await bench.row()
        # Each word is four bytes, and its sound 48 bytes of samples: a fiftieth of a token.
        assert (entry.usage_source, entry.output_tokens >= 80) == ("estimated", True)

    play(scene)
