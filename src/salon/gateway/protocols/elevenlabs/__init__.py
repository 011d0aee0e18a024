"""ElevenLabs: texts spoken by a voice that the address names, and recordings written down."""

from salon.gateway.protocols import forms, whole
from salon.gateway.protocols.elevenlabs import speech, transcriptions
from salon.gateway.protocols.elevenlabs.errors import http_error

__all__ = ["ELEVENLABS_SPEECH", "ELEVENLABS_TRANSCRIPTIONS"]

ELEVENLABS_SPEECH = whole.spoken(
    name="elevenlabs-speech",
    operation="speech",
    title="ElevenLabs text to speech",
    encode_request=speech.encode_request,
    decode_response=speech.decode_response,
    decode_error=http_error,
)
"""``POST /v1/text-to-speech/{voice}``."""

ELEVENLABS_TRANSCRIPTIONS = whole.spoken(
    name="elevenlabs-transcriptions",
    operation="transcriptions",
    title="ElevenLabs speech to text",
    request_type=forms.MEDIA_TYPE,
    encode_request=transcriptions.encode_request,
    decode_response=transcriptions.decode_response,
    decode_error=http_error,
)
"""``POST /v1/speech-to-text``, a form."""
