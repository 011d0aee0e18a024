"""Somebody with a space and a key of its own, who has one of everything that conversations know."""

import base64
import hashlib
import re
from collections.abc import Mapping
from typing import Any, Final

import orjson

from salon.foundation.accounts import Accounts
from salon.foundation.accounts.store import insert_space
from salon.foundation.kit.caller import OWNER_RIGHTS, Caller, Right, SystemScope
from salon.foundation.kit.ids import SpaceId
from salon.foundation.storage import open_storage
from salon.foundation.storage.migrations import migrate
from salon.testing.house import House, HouseAnswer
from salon.testing.load import until

_RIGHTS: Final = frozenset({Right.USE_MODELS, Right.USE_CONVERSATIONS})
_ID: Final = re.compile(r"_[0-9a-z]{26}\b")
_STALLS: Final = "{{fake fault=stall:mid-stream}}"


async def settle(address: str, names: tuple[str, ...]) -> dict[str, str]:
    """Make a space for each name in a database of a house that does not run; return a key of each."""
    storage = await open_storage(address)
    await migrate(storage, backup=False)
    accounts = Accounts(storage)
    await accounts.start()
    made: dict[str, str] = {}
    for name in names:
        space = SpaceId(f"spc_{name}")
        await storage.write(
            lambda tx, space=space, name=name: insert_space(
                tx, SystemScope("tests: a space"), space, kind="team", name=name, now_ms=1
            )
        )
        caller = Caller(kind="owner", space_id=space, rights=OWNER_RIGHTS)
        made[name] = (await accounts.create_key(caller, name, rights=_RIGHTS)).secret
    await accounts.close()
    await storage.close()
    return made


class Inhabitant:
    """One of them. Whatever it says, names or stores holds ``word``."""

    def __init__(self, house: House, *, name: str, secret: str, model: str) -> None:
        self.name = name
        self.word = f"{name}-cobalt"
        self.ids: dict[str, str] = {}
        """One id of each kind of thing."""
        self._house = house
        self._model = model
        self._headers = {"authorization": f"Bearer {secret}", "tus-resumable": "1.0.0"}
        self.secret = secret

    # -- asking -----------------------------------------------------------------------------------
    def ask(
        self,
        method: str,
        path: str,
        value: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> HouseAnswer:
        """Ask the house for something under its own key."""
        sent = {**self._headers, **(headers or {})}
        if value is not None:
            content = orjson.dumps(value)
            sent["content-type"] = "application/json"
        return self._house.exchange(method, path, content=content or b"", headers=sent)

    def get(self, path: str) -> Any:
        """Return what an address below ``/salon/v1`` shows."""
        return self._good(self.ask("GET", f"/salon/v1{path}"))

    def do(self, path: str, value: Any, *, method: str = "POST") -> Any:
        """Do something below ``/salon/v1``, under a client's id of its own for each address."""
        headers = {"idempotency-key": self.client_id(path)}
        return self._good(self.ask(method, f"/salon/v1{path}", value, headers=headers))

    def client_id(self, path: str) -> str:
        """Return the client's id under which it did something at an address: the same for everybody."""
        return f"act-{hashlib.sha256(_ID.sub('', path).encode()).hexdigest()[:16]}"

    def _good(self, answer: HouseAnswer) -> Any:
        assert answer.status < 300, answer
        return orjson.loads(answer.body)

    # -- one of everything ------------------------------------------------------------------------
    def settle_in(self) -> None:
        """Make one of everything; when it returns, nothing of it changes by itself any more."""
        self._talk()
        self._sort()
        self._keep_files()
        self._share_and_carry()
        self._respond()
        self._hand_in()
        self.wait_in_queue()

    def _talk(self) -> None:
        folder = self.do("/folders", {"name": self.word})
        self.ids["folder"] = folder["id"]
        body = {"title": self.word, "settings": {"model": self._model, "titles": False}}
        one = self.ids["conversation"] = self.do("/conversations", body)["id"]
        sent = self.do(f"/conversations/{one}/send", {"text": self.word})
        self.ids["message"] = sent["message"]["id"]
        self.ids["branch"] = sent["branch"]["id"] if "branch" in sent else sent["branch_id"]
        self.ids["run"], self.ids["answer"] = sent["answers"][0]["run_id"], sent["answers"][0]["message_id"]
        until(lambda: self.get(f"/runs/{self.ids['run']}")["status"] == "done")
        base = f"/conversations/{one}/branches"
        side = self.do(base, {"name": self.word, "head_id": self.ids["message"]})["id"]
        moved = self.do(f"{base}/{side}/move", {"head_id": self.ids["answer"]})
        assert moved
        self.ids["side"] = side
        self.ids["move"] = self.get(f"{base}/{side}/moves")["items"][0]["id"]

    def _sort(self) -> None:
        one = self.ids["conversation"]
        self.do("/acts", {"act": "move", "ids": [one], "folder_id": self.ids["folder"]})
        tagged = self._good(
            self.ask("POST", "/salon/v1/acts", {"act": "tag", "ids": [one], "tags": [self.word]})
        )
        self.ids["act"] = tagged["undo_id"]
        self.ids["tag"] = self.get("/tags")["items"][0]["id"]
        self.ids["template"] = self.do("/templates", {"name": self.word, "messages": [{"text": self.word}]})[
            "id"
        ]
        self.ids["prompt"] = self.do("/prompts", {"name": self.word, "text": self.word})["id"]

    def _keep_files(self) -> None:
        path = f"/salon/v1/files?name={self.word}.txt"
        self.ids["file"] = self._good(self.ask("POST", path, content=self.word.encode()))["file_id"]
        head = {"upload-length": "9", "upload-metadata": f"filename {_base64(self.word)}"}
        begun = self.ask("POST", "/salon/v1/uploads", headers=head)
        self.ids["upload"] = begun.headers["location"].rpartition("/")[2]

    def _share_and_carry(self) -> None:
        share = self._good(
            self.ask("POST", "/salon/v1/shares", {"conversation_id": self.ids["conversation"]})
        )
        self.ids["share"], self.ids["link"] = share["id"], share["url"]
        self.ids["token"] = share["url"].rpartition("/")[2]
        export = self._good(self.ask("POST", "/salon/v1/exports", {"format": "json", "all": True}))["id"]
        self.ids["export"] = export
        until(lambda: self.get(f"/exports/{export}")["status"] == "done")
        archive = self.ask("GET", f"/salon/v1/exports/{export}/file").body
        begun = self._good(
            self.ask("POST", f"/salon/v1/imports/upload?filename={self.word}.json", content=archive)
        )
        self.ids["import"] = begun["id"]
        until(lambda: self.get(f"/imports/{begun['id']}")["status"] == "done")

    def _respond(self) -> None:
        began = self.ask("POST", "/v1/conversations", {"items": [{"role": "user", "content": self.word}]})
        self.ids["openai_conversation"] = self._good(began)["id"]
        items = self.ask("GET", f"/v1/conversations/{self.ids['openai_conversation']}/items")
        self.ids["item"] = self._good(items)["data"][0]["id"]
        made = self.ask(
            "POST", "/v1/responses", {"model": self._model, "input": self.word, "background": True}
        )
        self.ids["response"] = self._good(made)["id"]
        path = f"/v1/responses/{self.ids['response']}"
        until(lambda: self._good(self.ask("GET", path))["status"] == "completed")

    def _hand_in(self) -> None:
        messages = [{"role": "user", "content": self.word}]
        line = {"custom_id": "one", "method": "POST", "url": "/v1/chat/completions"}
        content = orjson.dumps({**line, "body": {"model": self._model, "messages": messages}})
        file = self._good(self.ask("POST", "/salon/v1/files?name=lines.jsonl&purpose=batch", content=content))
        asked = {"endpoint": "/v1/chat/completions", "completion_window": "24h", "input_file_id": file["id"]}
        self.ids["lines"] = file["file_id"]
        self.ids["batch"] = self._good(self.ask("POST", "/v1/batches", asked))["id"]
        path = f"/v1/batches/{self.ids['batch']}"
        until(lambda: self._good(self.ask("GET", path))["status"] == "completed")

    def wait_in_queue(self) -> None:
        """Have an answer made that comes to no end, and something wait for it."""
        body = {"title": self.word, "settings": {"model": self._model, "titles": False}}
        held = self.ids["held"] = self._good(self.ask("POST", "/salon/v1/conversations", body))["id"]
        path = f"/salon/v1/conversations/{held}/send"
        sent = self._good(self.ask("POST", path, {"text": f"{self.word} {_STALLS}"}))
        self.ids["stalled"] = sent["answers"][0]["run_id"]
        self.ids["queued"] = self._good(self.ask("POST", path, {"text": self.word}))["queued"]["id"]
        self.ids["held_branch"] = self.get(f"/conversations/{held}/queue")["items"][0]["branch_id"]


def _base64(words: str) -> str:
    return base64.b64encode(words.encode()).decode()
