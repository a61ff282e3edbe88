"""Every way a call can end without a whole answer."""


class HttpError(Exception):
    """No whole answer came."""


class ConnectError(HttpError):
    """There is no connection: the name, the host, the port or the certificate; nothing was sent."""


class ConnectTimeoutError(ConnectError):
    """There was no connection within the time for it."""


class IdleTimeoutError(HttpError):
    """The other side sent nothing for too long."""


class TotalTimeoutError(HttpError):
    """The call as a whole took too long."""


class DisconnectedError(HttpError):
    """The connection ended before an answer began; the other side may have worked on the request all the same."""


class BadAnswerError(HttpError):
    """What came is not the head of an HTTP answer, or a larger one than anybody needs."""


class BrokenAnswerError(HttpError):
    """The answer began, and its body broke off or is not what its head says."""


class BodyTooLargeError(HttpError):
    """The body is larger than the caller wanted."""
