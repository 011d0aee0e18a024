"""Reading what strangers wrote: the text of documents, and pictures in other sizes.

Functions of worker processes (``salon.foundation.workers``): they are given a path and send what they find,
and raise ``Refusal`` with a reason for what they will not read. Nothing here knows of spaces or of storage.
"""
