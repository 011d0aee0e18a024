"""Workers: one function in a process of its own, with limits, without secrets and without the network.

For whatever reads what strangers wrote (documents, pictures, exports) or takes more than 5 ms of CPU.
"""

from salon.foundation.workers.errors import WorkCrashed, WorkLimit, WorkRefused
from salon.foundation.workers.models import Limits, Refusal, Send
from salon.foundation.workers.pool import Job, Workers
from salon.foundation.workers.process import Process, end, spawn

__all__ = [
    "Job",
    "Limits",
    "Process",
    "Refusal",
    "Send",
    "WorkCrashed",
    "WorkLimit",
    "WorkRefused",
    "Workers",
    "end",
    "spawn",
]
