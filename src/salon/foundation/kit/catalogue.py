"""The one catalogue of sentences for errors: what happened, then the next step.

Keyed by error code, filled with the error's fields. Web, command line and mail render from here; a
translation is another table with the same keys. A field that is missing reads as an empty string.
"""

from collections.abc import Mapping
from typing import Final

SENTENCES: Final[dict[str, str]] = {
    "invalid_request": "{field}: {problem}",
    "unknown_model": "There is no model “{model}” here.{nearest} “salon models” or GET /v1/models lists those there are.",
    "unsupported": "{field}: {problem}",
    "previous_response_not_found": "Previous response with id “{id}” not found: it was not stored, was deleted, or belongs to another space. Send the whole conversation as input.",
    "websocket_connection_limit_reached": "This connection has lasted {limit_s} s, as long as one may. Open another one.",
    "wrong_model": "“{model}” does not {does}.{can} “salon models” or GET /v1/models lists those there are.",
    "context_too_long": "The prompt is longer than the context window of {model} ({limit} tokens). Shorten it or choose a larger model.",
    "turn_too_long": "This needs {needed} tokens, and {model} reads {limit}{assumed}, of which {reserved} are kept for the answer: {over} too many. Exclude or unpin messages (all but the last take {removable}), let older ones be trimmed or summarised (that saves {left_out}), or choose a model that reads {wanted} or more.",
    "turn_limit": "The turn ended at its limit of {limit}. Continue the answer, or raise the limit in the settings of the conversation.",
    "turn_broken": "The Salon that wrote this answer ended before it was done. What it had said is kept; continue it, or have it written again.",
    "too_large": "The {what} is over the limit of {limit_bytes} bytes. Send less.",
    "answer_too_large": "The answer is larger than the {limit_bytes} bytes of a message; where something is left out it says so. Continue it, or ask for less at once.",
    "export_too_large": "These are {messages} messages, and at most {limit} are sent in one answer. Begin an export with POST /salon/v1/exports and fetch its file when it is done; “salon export” does so by itself.",
    "no_room": "The space has no room for this file: it may keep {limit_bytes} bytes. Delete files that are not needed, or raise files.quota_bytes.",
    "file_missing": "There is no file {id} here. It was deleted, or belongs to another space; upload it again, or look for it with “salon files list”.",
    "file_expired": "The file {id} has expired: the time for which it was to be kept is over. Upload it again.",
    "upload_missing": "There is no upload or part {id} here. It was cancelled or has expired; begin again.",
    "upload_ended": "The upload {id} is {status} and takes no more parts. Begin another one.",
    "wrong_offset": "This part begins at byte {offset}, and {received} bytes are there. Go on from there.",
    "not_signed_in": "{problem}",
    "checksum_wrong": "The {algorithm} sum of what came is another one than was announced, so nothing of it was kept. Send this part again.",
    "file_infected": "The virus scanner found {found} in this file, so it was not taken. Clean it, or ask the administrator, who finds it in quarantine.",
    "scanner_unavailable": "The virus scanner cannot be asked ({detail}), and files are not taken without its word. Try again in a moment; files.scanner and files.unscanned say what happens.",
    "cannot_attach": "“{name}” cannot go to this model. {problem}",
    "nothing_to_make": "There is no {what} to be had of a file of the kind {media_type}. Save it as PDF, an office document, text, PNG or JPEG and send that.",
    "work_refused": "{field}: {problem}",
    "work_limit": "Reading the {field} takes more {what} than it may ({limit}), so it was given up. Send a smaller or simpler one.",
    "work_crashed": "The {field} cannot be read: the library that reads it gave up ({detail}). It may be damaged; save it anew and send that.",
    "not_allowed": "This credential lacks the right {right}. Ask the owner, or use another one.",
    "not_allowed_there": "This request may not be taken to any provider of “{model}” ({problem}). Ask for a model whose provider is within the regions and promises set for this key and its space; “salon route explain” shows them.",
    "foreign_origin": "The {header} header names an address that is not this Salon's. Add it to server.allowed_hosts if it is.",
    "not_found": "There is no {what} {id}. {remedy}",
    "conflict": "{problem}",
    "changed_meanwhile": "The {what} {id} was changed since you read it: it is version {version} now. Read it again and decide anew.",
    "head_moved": "The branch {branch} ends in another message by now: {head}. Read it, then append after that, or let what is new become a branch of its own.",
    "link_untold": "The link of the share “{id}” can be told no more: its key was replaced. Revoke it and make another.",
    "act_differs": "The id “{client_id}” was used for something else before. Give every act an id of its own.",
    "body_gone": "What the {what} {id} said is gone for good. A backup made before may still have it.",
    "temporary_gone": "There is no temporary {what} {id} here. It was ended, was not used for too long, or Salon was started again since; where several processes serve, only the one that began it has it, so send all its requests there. Begin another one.",
    "temporary_refused": "{id} belongs to a temporary conversation, which is not shared, exported, copied, filed, looked through or used elsewhere. Do this with a conversation that is kept.",
    "temporary_too_many": "This space has {limit} temporary conversations, which is as many as it may. End one: DELETE /salon/v1/conversations/ID.",
    "temporary_full": "The temporary conversations of {whose} hold {limit_bytes} bytes, which is as much as they may. End one: DELETE /salon/v1/conversations/ID.",
    "rate_limited": "The limit of {limit} is reached. Try again in {retry_after_s} s.",
    "batches_full": "This space may have {limit} at once, and with this batch it would have more. Wait until a batch has ended, or cancel one: “salon batches list” shows them, and {setting} sets how many there may be.",
    "queue_full": "On this branch {limit} messages wait already. Send or drop some of them first: GET …/conversations/ID/queue lists them.",
    "queue_moved": "Something that waited was sent, changed or dropped meanwhile. Read GET …/conversations/ID/queue again.",
    "imports_full": "This space has {limit} imports under way, which is as many as it may. Wait until one has ended, or cancel one: “salon imports” shows them.",
    "too_many_wrong": "Too many wrong credentials came from this address. Correct the key, and try again in {retry_after_s} s.",
    "provider_limited": "The limit of {limit} set here for {provider} is reached. Try again in {retry_after_s} s.",
    "budget_exceeded": "The budget {budget} does not cover this request.{left}{resets_at}",
    "unpriced": "{model} has no known price, so the budget {budget} cannot count it. Give the model a price, or let the budget pass unpriced models.",
    "model_unavailable": "“{model}” cannot be used now: {problem}",
    "overloaded": "Salon has more requests than it can take. Try again in {retry_after_s} s.",
    "shutting_down": "Salon is shutting down. Try again in a moment.",
    "request_loop": "This request has come back to a Salon it already passed, or passed too many ({hops}). A provider or an alias points back here: correct its address or its target.",
    "upstream_error": "{provider} failed: {detail}",
    "upstream_unreachable": "{provider} cannot be reached: {detail}. Check its address and that it runs.",
    "upstream_forbidden": "{provider} was not asked: {detail}. If it is meant to be on this machine or in your network, give it allow_private = true in salon.toml, or add it with --allow-private.",
    "upstream_timeout": "{provider} did not answer in time ({phase}, {limit_s} s).",
    "upstream_broken": "{provider} sent an answer that broke off or cannot be read: {detail}",
    "upstream_auth": "{provider} refused the credential Salon holds for it. Set a new one with “salon providers”.",
    "upstream_rate_limited": "{provider} is limiting requests. {detail}",
    "upstream_overloaded": "{provider} is overloaded. {detail}",
    "upstream_server_error": "{provider} failed{with_status}. {detail}",
    "upstream_refused": "{provider}: {detail}",
    "upstream_quota": "The account Salon uses at {provider} has no quota left: {detail}",
    "upstream_context_too_long": "The prompt does not fit this model of {provider}: {detail}",
    "upstream_loop": "{provider}: {detail}",
    "upstream_model_missing": "{provider} does not have this model: {detail}",
    "upstream_content_filtered": "The content filter of {provider} stopped the request: {detail}",
    "egress": "{host} cannot be used: {detail}.",
    "egress_refused": "{host} may not be reached: {detail}. An administrator can allow it for a provider.",
    "egress_unreachable": "{host} cannot be reached: {detail}.",
    "egress_timeout": "{host} did not answer in time ({phase}, {limit_s} s).",
    "egress_broken": "{host} did not answer well: {detail}.",
    "client_gone": "The client closed the connection before the answer was complete.",
    "config": "{key}{place}: {problem} {fix}",
    "storage": "{problem} {fix}",
    "unreachable": "{problem} {fix}",
    "internal": "Something broke inside Salon. The log has the details under {request_id}.",
}


REMEDIES: Final[dict[str, str]] = {
    "act": "Its time to be undone may be over, or it was done in another space.",
    "alias": "“salon route list” or GET /salon/v1/aliases lists those there are.",
    "backup": "“salon db backup” makes one; look for it where that said.",
    "backup manifest": "It is written beside the backup and is moved with it: bring both files.",
    "batch": "It was deleted, or belongs to another space or protocol. “salon batches list”, GET /v1/batches or GET /v1/messages/batches lists those there are.",
    "branch": "It was deleted, or belongs to another conversation. GET …/conversations/ID/branches lists those there are.",
    "constraint": "“salon route residency list” or GET /salon/v1/residency lists those there are.",
    "conversation": "It was deleted, or belongs to another space. “salon conversations list” or GET /salon/v1/conversations lists those there are.",
    "database": "Name the file of one, or start Salon once to make it.",
    "endpoint": "Look at the method and the spelling; GET /salon/v1/openapi.json lists the addresses there are.",
    "export": "It was begun in another space, or so long ago that it is forgotten. GET /salon/v1/exports lists those there are.",
    "file of the export": "It ended without one; its status says why. Begin it again.",
    "folder": "It was deleted, or belongs to another space. GET /salon/v1/folders lists those there are.",
    "import": "It was begun in another space, or its id is spelt otherwise. GET /salon/v1/imports lists those there are.",
    "item": "It was deleted, or belongs to another conversation. GET /v1/conversations/ID/items lists those there are.",
    "key": "“salon keys list” or GET /salon/v1/keys lists those there are.",
    "message": "It belongs to another conversation or space. GET …/conversations/ID/messages lists those there are.",
    "message in the queue": "It was sent or dropped. GET …/conversations/ID/queue lists those that wait.",
    "move": "GET …/branches/ID/moves lists where the branch ended before.",
    "page": "Look at the spelling, or begin at the first page.",
    "participant": "GET …/conversations/ID/participants lists those there are.",
    "payload": "It was deleted or its time is over. “salon payloads list” or GET /salon/v1/payloads lists those there are.",
    "payload rule": "“salon payloads rules” or GET /salon/v1/payload-rules lists those there are.",
    "person": "Look at the spelling of the id; an administrator knows it.",
    "price": "“salon prices list” or GET /salon/v1/prices lists those that were written by hand.",
    "prompt": "It was deleted, or belongs to another space. “salon prompts list” or GET /salon/v1/prompts lists those there are.",
    "provider": "“salon providers list” or GET /salon/v1/providers lists those there are.",
    "request": "It was made in another space, or its row is not written yet. “salon requests” or GET /salon/v1/requests lists those there are.",
    "request of the message": "Only answers that a model gave here have one, while they are not deleted.",
    "response": "It was deleted, its time is over, it was not stored, or it belongs to another space: ask again with “store”.",
    "result of the batch": "Wait until processing_status is ended; once archived_at is set, its answers are deleted: hand the requests in again.",
    "run": "It belongs to another space, or was deleted: begin it again.",
    "share": "“salon shares” or GET /salon/v1/shares lists those there are.",
    "shared link": "It was revoked, has expired, or is not whole. Ask whoever sent it for a new one.",
    "step of the answer": "Steps count from 1; the answer lists those it took.",
    "stored content": "The file's bytes are gone from the store: upload it again, or restore a backup that has them.",
    "tag": "It was deleted, or belongs to another space. GET /salon/v1/tags lists those there are.",
    "template": "It was deleted, or belongs to another space. GET /salon/v1/templates lists those there are.",
    "version": "GET /salon/v1/prompts/NAME/versions lists those there are.",
}
"""The next step for each kind of thing that may not be there, for ``not_found``: by its ``what``."""

BRIEF: Final[dict[str, str]] = {
    "upstream_error": "Its last answer was an error.",
    "upstream_unreachable": "It could not be reached.",
    "upstream_forbidden": "It was not asked: its address is not allowed.",
    "upstream_timeout": "It did not answer in time.",
    "upstream_broken": "Its last answer broke off or could not be read.",
    "upstream_auth": "It refused the credential Salon holds for it.",
    "upstream_rate_limited": "It is limiting requests.",
    "upstream_overloaded": "It is overloaded.",
    "upstream_server_error": "It failed with an error of its own.",
    "upstream_refused": "It refused the last request.",
    "upstream_quota": "The account Salon uses there has no quota left.",
    "upstream_context_too_long": "The last prompt did not fit its model.",
    "upstream_loop": "The last request came back to Salon.",
    "upstream_model_missing": "It does not have the model that was asked for.",
    "upstream_content_filtered": "Its content filter stopped the last request.",
}
"""What is said of a provider's last failure where its details are not kept, for they may quote a prompt."""


class _Blank(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return ""


def sentence(code: str, fields: Mapping[str, object]) -> str:
    """Return the sentence for ``code`` with ``fields`` filled in."""
    template = SENTENCES.get(code, SENTENCES["internal"])
    filled = _Blank((name, "" if value is None else value) for name, value in fields.items())
    filled.setdefault("remedy", REMEDIES.get(str(fields.get("what")), ""))
    return " ".join(template.format_map(filled).split())
