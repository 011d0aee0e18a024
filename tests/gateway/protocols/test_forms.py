"""Forms: what is read of them, what is refused, and what goes on."""

from typing import Any

import pytest

from salon.foundation.kit.errors import InvalidRequest
from salon.foundation.messages import Attachment
from salon.gateway.protocols import forms
from salon.gateway.protocols.forms import FormPart, read_form
from salon.testing.fake_provider.forms import Uploaded
from salon.testing.fake_provider.forms import read_form as read_elsewhere

TYPE = b'multipart/form-data; boundary="b-1"'
BYTES = bytes(range(256)) + b"\r\n--b\r\n"


def form(*values: bytes, boundary: bytes = b"b-1") -> bytes:
    """Return a form of values that have their heads already."""
    return b"".join(b"--%b\r\n%b\r\n" % (boundary, value) for value in values) + b"--%b--\r\n" % boundary


def value(text: bytes, *, disposition: bytes = b'form-data; name="a"', more: bytes = b"") -> bytes:
    """Return one value with its head."""
    return b"Content-Disposition: " + disposition + b"\r\n" + more + b"\r\n" + text


def test_texts_and_files_are_read_byte_for_byte() -> None:
    file = value(
        BYTES, disposition=b'form-data; name="f"; filename="a.wav"', more=b"Content-Type: audio/wav\r\n"
    )
    text, found = read_form(form(value("Grüße".encode()), file))
    assert (text.name, text.text(), text.is_file) == ("a", "Grüße", False)
    assert found == FormPart(name="f", value=BYTES, filename="a.wav", media_type="audio/wav")


@pytest.mark.parametrize(
    ("disposition", "name", "filename"),
    [
        (b'form-data; name="a"; filename="say \\"hi\\".wav"', "a", 'say "hi".wav'),
        (b"form-data; name=a", "a", None),
        (b"Form-Data; NAME=\"a\"; filename*=UTF-8''Gr%C3%BC%C3%9Fe.wav", "a", "Grüße.wav"),
        ('form-data; name="ä"; filename="ü.wav"'.encode(), "ä", "ü.wav"),
    ],
)
def test_names_are_read_as_clients_write_them(disposition: bytes, name: str, filename: str | None) -> None:
    (found,) = read_form(form(value(b"x", disposition=disposition)))
    assert (found.name, found.filename) == (name, filename)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--b-1",
        b"--b-1--\r\n",
        b"no form\r\n",
        form(value(b"x"))[:-8],
        form(b"x"),
        form(value(b"x", disposition=b"form-data")),
        form(value(b"x", disposition=b"attachment; name=a")),
        form(value(b"x", disposition=b'form-data; name="a\nb"')),
        form(value(b"eA==", more=b"Content-Transfer-Encoding: base64\r\n")),
        form(value(b"x"), boundary=b"b-1").replace(b"--b-1--", b"--b-12"),
        form(*[value(b"x")] * 201),
    ],
)
def test_what_can_be_read_in_two_ways_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidRequest):
        read_form(body)


@pytest.mark.parametrize("disposition", [b'form-data; name="model"; name="a"', b'form-data; name="a" b'])
def test_an_odd_name_goes_on_as_it_was_read(disposition: bytes) -> None:
    (found,) = read_form(form(value(b"x", disposition=disposition)))
    assert read_elsewhere(forms.MEDIA_TYPE.decode(), forms.write_form([found])) == {found.name: "x"}


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (b"application/json", b"{}"),
        (b"multipart/form-data", form(value(b"x"))),
        (b"multipart/form-data; boundary=" + b"x" * 71, form(value(b"x"))),
        (TYPE, form(value(b"x"), boundary=b"other")),
    ],
)
def test_the_door_refuses_what_is_no_form(content_type: bytes, body: bytes) -> None:
    with pytest.raises(InvalidRequest):
        forms.from_first_delimiter(content_type, body)


def test_what_stands_before_the_first_boundary_is_left_out() -> None:
    whole = form(value(b"x"))
    assert forms.from_first_delimiter(TYPE, b"preamble\r\n" + whole) == whole
    assert forms.from_first_delimiter(TYPE, whole) is not None


def test_another_reader_reads_what_is_written() -> None:
    file = Attachment(data=BYTES, media_type="audio/wav", name='say "hi"\r\n.wav')
    body = forms.form_of(
        {"model": "m", "many": ["a", "b"], "yes": True, "number": 0.5}, files=[("file", file)]
    )
    found: dict[str, Any] = read_elsewhere(forms.MEDIA_TYPE.decode(), body)
    sent = found.pop("file")
    assert found == {"model": "m", "many": ["a", "b"], "yes": "true", "number": "0.5"}
    assert sent == Uploaded(name="say %22hi%22%0D%0A.wav", media_type="audio/wav", data=BYTES)


def test_only_the_model_is_another_when_a_form_goes_on() -> None:
    file = value(BYTES, disposition=b'form-data; name="file"; filename="a.wav"')
    model = value(b"alias", disposition=b'form-data; name="model"')
    envelope = forms.envelope_of(form(value(b"1"), model, file), required=("file",))
    sent = read_form(forms.rewrite_model(envelope, model="real", stream=False, quirks={}))
    assert {part.name: part.value for part in sent} == {"model": b"real", "a": b"1", "file": BYTES}


@pytest.mark.parametrize("names", [(b"model", b"model"), (b"model", b"model[]"), (), (b"file",)])
def test_a_form_names_one_model(names: tuple[bytes, ...]) -> None:
    values = [value(b"m", disposition=b'form-data; name="%b"' % name) for name in names]
    with pytest.raises(InvalidRequest) as refused:
        forms.envelope_of(form(*values, value(b"x")), required=("file",))
    assert refused.value.param == "model"


def test_a_value_with_the_boundary_in_it_is_refused() -> None:
    with pytest.raises(InvalidRequest):
        forms.form_of({"a": forms.MEDIA_TYPE.decode()})


def test_the_same_content_is_the_same_under_another_boundary() -> None:
    values = (value(b"m", disposition=b'form-data; name="model"'), value(b"x"))
    one, two = (forms.envelope_of(form(*values, boundary=mark), required=()) for mark in (b"b-1", b"c-2"))
    assert one.content() == two.content()
    assert one.body != two.body


def test_what_is_told_of_a_form_has_no_bytes_of_files() -> None:
    file = value(BYTES, disposition=b'form-data; name="f"; filename="a.wav"')
    told = forms.described(form(value(b"x"), value(b"y"), file))
    assert told == {"a": ["x", "y"], "f": {"file": "a.wav", "media_type": None, "size_bytes": len(BYTES)}}
    assert forms.described(b"{}") is None
