"""The doors and the client alone: a gateway that relays bytes and does nothing else.

Tells what the whole costs before routing, limits, ledger and codecs; ``run.py`` measures both.
Usage: standin.py LISTEN_PORT UPSTREAM_PORT
"""

import sys

import uvloop
from uvicorn import Config, Server

from salon.foundation.accounts import KeyIdentity
from salon.foundation.egress import ADMIN, Egress, HttpClient, HttpRequest, parse_url
from salon.foundation.kit.caller import OWNER_RIGHTS, Caller
from salon.foundation.kit.ids import SpaceId
from salon.foundation.kit.in_place import Gate
from salon.surfaces.api.app import build_app
from salon.surfaces.api.hot import protocol_for
from salon.surfaces.api.services import Readiness, Services

HOP = {b"connection", b"keep-alive", b"transfer-encoding", b"content-length"}


class Accounts:
    identity_of_all = KeyIdentity(caller=Caller(kind="key", space_id=SpaceId("spc_x")), name="bench")

    def authenticate_key(self, secret):
        return self.identity_of_all

    def authenticate_digest(self, digest):
        return self.identity_of_all

    def session(self, secret):
        return None

    def identity(self, caller):
        return self.identity_of_all

    def on_ended(self, listener):
        pass

    def owner(self, via):
        return Caller(kind="owner", space_id=SpaceId("spc_x"), rights=OWNER_RIGHTS)


class Relay:
    __slots__ = ("done", "reply")

    def __init__(self, reply, done):
        self.reply = reply
        self.done = done

    def on_head(self, status, headers):
        length = None
        for name, value in headers:
            if name == b"content-length":
                length = int(value)
        self.reply.start(status, [h for h in headers if h[0] not in HOP], content_length=length)

    def on_data(self, data):
        self.reply.write(data)

    def on_end(self):
        self.reply.finish()
        self.done.open()

    def on_error(self, error):
        self.reply.abort()
        self.done.open()


class Gateway:
    def __init__(self, port):
        self.client = HttpClient(Egress())
        self.url, _ = parse_url(f"http://127.0.0.1:{port}")

    async def serve(self, call, reply, in_place):
        request = HttpRequest(
            url=self.url,
            target=b"/v1/chat/completions",
            headers=[(b"authorization", b"Bearer upstream"), (b"content-type", b"application/json")],
            body=call.body,
        )
        done = Gate(in_place)
        relay = Relay(reply, done)
        stream = self.client.open_now(request, relay, policy=ADMIN)
        if stream is None:
            await in_place.in_task()
            stream = await self.client.open(request, relay, connect_timeout_s=5, policy=ADMIN)
        reply.on_close(stream.abort)
        await done


async def ready():
    return Readiness(ready=True, parts={})


def main():
    listen, upstream = int(sys.argv[1]), int(sys.argv[2])

    async def run():
        services = Services(
            gateway=Gateway(upstream),
            accounts=Accounts(),
            dialects={},
            list_models=lambda _: [],
            readiness=ready,
        )
        app = build_app(services)
        config = Config(
            app, http=protocol_for(app.door), port=listen, ws="none", loop="none", lifespan="off",
            log_config=None, access_log=False, server_header=False, proxy_headers=False,
        )  # fmt: skip
        await Server(config).serve()

    uvloop.run(run())


if __name__ == "__main__":
    main()
