"""How reaching out can fail. The gateway translates these into its upstream errors.

::

    EgressError
    ├── EgressRefused       the policy forbids the address; nothing was sent
    │   └── EgressPrivate   another policy would allow it: this machine, a private network
    ├── EgressUnreachable   no connection could be made; nothing was sent
    ├── EgressTimeout       no connection, or no whole answer, in time
    └── EgressBroken        the connection or the answer broke; see ``sent_any_response``
"""

from salon.foundation.kit.errors import FieldValue, SalonError


class EgressError(SalonError):
    """Something outside could not be reached or did not answer well. Fields: ``host``, ``detail``."""

    code = "egress"
    status = 502
    retryable = True


class EgressRefused(EgressError):
    """The address is not allowed. Fields: ``host``, ``detail``."""

    code = "egress_refused"
    status = 400
    retryable = False


class EgressPrivate(EgressRefused):
    """The address is on this machine or in a private network. Fields: ``host``, ``detail``."""


class EgressUnreachable(EgressError):
    """No connection could be made, so nothing was sent. Fields: ``host``, ``detail``."""

    code = "egress_unreachable"


class EgressTimeout(EgressError):
    """Time ran out. Fields: ``host``, ``phase`` (connect, pool, total), ``limit_s``."""

    code = "egress_timeout"
    status = 504


class EgressBroken(EgressError):
    """The connection or the answer broke. Fields: ``host``, ``detail``."""

    code = "egress_broken"

    def __init__(self, *, sent_any_response: bool, reused: bool = False, **fields: FieldValue) -> None:
        super().__init__(**fields)
        self.sent_any_response = sent_any_response
        """At least one byte of an answer arrived."""
        self.reused = reused
        """The connection had served another request before; its peer may just have closed it for age."""
