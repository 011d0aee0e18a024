"""The compatible reads, and the pages and probes beside them."""

import asyncio

import orjson
import pytest

from salon.surfaces.api.pages import Pages
from salon.surfaces.api.services import Readiness
from salon.testing.raw_http import request_bytes


def _get(path, **headers):
    return request_bytes("GET", path, b"", {name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize(
    ("headers", "dialect"),
    [
        ({}, "openai"),
        ({"authorization": "Bearer sk-salon-good"}, "openai"),
        ({"x-api-key": "sk-salon-good"}, "anthropic"),
        ({"anthropic-version": "2023-06-01"}, "anthropic"),
    ],
)
def test_the_shared_path_speaks_the_callers_dialect(doors, headers, dialect):
    async def run():
        async with doors() as server:
            page = (await server.ask(request_bytes("GET", "/v1/models", b"", headers))).json()
            one = (await server.ask(request_bytes("GET", "/v1/models/kind/name", b"", headers))).json()
            assert one["id"] == "kind/name"
            assert page["data"][0]["id"] == "demo"
            assert ("object" in page) == ("object" in one) == (dialect == "openai")
            missing = await server.ask(request_bytes("GET", "/v1/models/nothing", b"", headers))
            assert missing.status == 404
            assert (missing.json().get("type") == "error") == (dialect == "anthropic")

    asyncio.run(run())


def test_anthropics_list_is_paged(doors):
    async def run():
        async with doors() as server:
            head = {"anthropic-version": "2023-06-01"}
            first = (await server.ask(request_bytes("GET", "/v1/models?limit=3", b"", head))).json()
            assert ([model["id"] for model in first["data"]], first["has_more"]) == (
                ["demo", "small-1", "small-2"],
                True,
            )
            rest = await server.ask(request_bytes("GET", "/v1/models?limit=3&after_id=small-2", b"", head))
            assert ([model["id"] for model in rest.json()["data"]], rest.json()["has_more"]) == (
                ["kind/name"],
                False,
            )
            back = await server.ask(request_bytes("GET", "/v1/models?limit=1&before_id=small-2", b"", head))
            assert [model["id"] for model in back.json()["data"]] == ["small-1"]
            for wrong in ("0", "x", "1001", "-1", ""):
                answer = await server.ask(request_bytes("GET", f"/v1/models?limit={wrong}", b"", head))
                assert answer.status == (400 if wrong else 200)

    asyncio.run(run())


def test_ollama_reads(doors):
    async def run():
        async with doors() as server:
            tags = (await server.ask(_get("/api/tags"))).json()
            assert [model["name"] for model in tags["models"]] == ["demo", "small-1", "small-2", "kind/name"]
            assert len({model["digest"] for model in tags["models"]}) == 4
            for body in (b'{"model":"demo"}', b'{"name":"demo:latest"}'):
                shown = await server.ask(request_bytes("POST", "/api/show", body))
                assert shown.json()["capabilities"] == ["completion"]
            for body, status in ((b"{", 400), (b"{}", 400), (b"[]", 400), (b'{"model":"x"}', 404)):
                assert (await server.ask(request_bytes("POST", "/api/show", body))).status == status
            assert "version" in (await server.ask(_get("/api/version"))).json()
            (running,) = (await server.ask(_get("/api/ps"))).json()["models"]
            assert (running["model"], running["context_length"]) == ("kind/name", 4096)
            assert running["expires_at"] == "2023-11-14T22:18:20Z"

    asyncio.run(run())


def test_a_key_sees_only_the_models_it_may_ask(doors):
    async def run():
        async with doors() as server:
            some = {"authorization": "Bearer sk-salon-some"}
            listed = (await server.ask(request_bytes("GET", "/v1/models", b"", some))).json()
            assert [model["id"] for model in listed["data"]] == ["small-1", "small-2"]
            assert (await server.ask(request_bytes("GET", "/v1/models/demo", b"", some))).status == 404

    asyncio.run(run())


def test_probes_say_what_is_ready(doors):
    async def unready():
        return Readiness(ready=False, parts={"storage": False})

    async def stuck():
        await asyncio.sleep(300)

    async def run():
        async with doors() as server:
            assert (await server.ask(_get("/healthz"))).body == b"ok\n"
            assert (await server.ask(_get("/readyz"))).json() == {"ready": True, "parts": {"storage": True}}
            assert (await server.ask(_get("/metrics"))).body == b"up 1\n"
        async with doors(readiness=unready, metrics=None) as server:
            assert (await server.ask(_get("/readyz"))).status == 503
            assert (await server.ask(_get("/healthz"))).status == 200
            assert (await server.ask(_get("/metrics"))).status == 404
        async with doors(readiness=stuck) as server:
            assert (await server.ask(_get("/readyz"))).status == 503

    asyncio.run(run())


def test_errors_speak_the_words_of_their_path(doors):
    async def run():
        async with doors() as server:
            wrong = {"authorization": "Bearer wrong"}
            openai = (await server.ask(request_bytes("POST", "/v1/chat/completions", b"{}", wrong))).json()
            anthropic = (await server.ask(request_bytes("POST", "/v1/messages", b"{}", wrong))).json()
            own = (await server.ask(_get("/metrics", **wrong))).json()
            assert set(openai["error"]) >= {"message", "type", "code"}
            assert anthropic["type"] == "error"
            assert own["error"]["code"] == "not_signed_in"
            assert own["error"]["request_id"].startswith("req_")

    asyncio.run(run())


@pytest.fixture
def built(tmp_path):
    """A small built web app."""
    (tmp_path / "assets").mkdir()
    page = b'<!doctype html><base href="/"><title>Salon</title>'
    for name, data in (("index.html", page), ("assets/index-AbCd1234.js", b"code();"), ("robots.txt", b"no")):
        (tmp_path / name).write_bytes(data)
        (tmp_path / f"{name}.br").write_bytes(b"br:" + data)
        (tmp_path / f"{name}.gz").write_bytes(b"gz:" + data)
    (tmp_path / ".built").write_bytes(b"secret")
    (tmp_path / "outside.html").symlink_to("/etc/hostname")
    return tmp_path


def test_files_are_served_packed_and_cached(built):
    pages = Pages(built)
    script = pages.get("assets/index-AbCd1234.js", {b"accept-encoding": b"gzip, br;q=0.9"})
    assert script.body == b"br:code();"
    assert dict(script.headers)[b"cache-control"] == b"public, max-age=31536000, immutable"
    page = pages.get("", {b"accept-encoding": b"br;q=0, gzip"})
    assert page.body.startswith(b"gz:")
    headers = dict(page.headers)
    assert headers[b"cache-control"] == b"no-cache"
    assert b"frame-ancestors 'none'" in headers[b"content-security-policy"]
    assert pages.get("", {b"if-none-match": headers[b"etag"]}).status == 304


def test_a_place_inside_the_app_gets_the_document_and_nothing_else_is_served(built):
    pages = Pages(built, base_path="/salon")
    assert b'<base href="/salon/">' in pages.get("settings/keys", {}).body
    for name in (
        ".built",
        "outside.html",
        "../secret.txt",
        "..%2fx.txt",
        "assets/none.js",
        "index.html.br",
        "/etc/hosts.txt",
    ):
        assert pages.get(name, {}) is None, name


def test_assets_may_come_from_elsewhere_and_the_policy_says_so(built):
    (built / "index.html").write_bytes(b'<base href="/"><script src="./assets/app-abcdefgh.js"></script>')
    pages = Pages(built, base_path="/salon", asset_address="https://files.example.org/salon")
    page = pages.get("", {b"accept-encoding": b"br"})
    assert b'<base href="/salon/">' in page.body
    assert b'src="https://files.example.org/salon/assets/app-abcdefgh.js"' in page.body
    policy = dict(page.headers)[b"content-security-policy"]
    assert b"script-src 'self' https://files.example.org;" in policy
    assert b"connect-src 'self';" in policy
    assert b"example" not in dict(Pages(built).get("", {}).headers)[b"content-security-policy"]


def test_the_frame_of_diagrams_may_be_framed_by_us_alone_and_do_nothing_but_draw(built):
    (built / "frame").mkdir()
    (built / "frame" / "diagram.html").write_bytes(b"<!doctype html>")
    (built / "frame" / "chunk-AbCd1234.mjs").write_bytes(b"draw();")
    pages = Pages(built, asset_address="https://files.example.org/salon")
    headers = dict(pages.get("frame/diagram.html", {}).headers)
    policy = headers[b"content-security-policy"]
    for part in (
        b"default-src 'none'",
        b"script-src 'self';",
        b"frame-ancestors 'self'",
        b"sandbox allow-scripts",
    ):
        assert part in policy
    assert b"allow-same-origin" not in policy
    assert b"x-frame-options" not in headers
    script = dict(pages.get("frame/chunk-AbCd1234.mjs", {}).headers)
    assert script[b"content-type"].startswith(b"text/javascript")
    assert script[b"access-control-allow-origin"] == b"*"
    assert b"immutable" in script[b"cache-control"]
    assert pages.get("frame/none.mjs", {}) is None
    place = dict(pages.get("frame/none", {}).headers)
    assert place[b"x-frame-options"] == b"DENY"
    assert place[b"x-dns-prefetch-control"] == b"off"
    assert b"access-control-allow-origin" not in dict(pages.get("robots.txt", {}).headers)


def test_without_a_built_app_there_is_no_page(tmp_path):
    assert Pages(tmp_path / "none").get("", {}) is None


def test_a_base_path_is_taken_off(doors):
    async def run():
        async with doors(base_path="/salon") as server:
            assert (await server.ask(_get("/salon/v1/models"))).status == 200
            body = orjson.dumps({})
            assert (await server.ask(request_bytes("POST", "/salon/v1/chat/completions", body))).status == 200

    asyncio.run(run())
