"""A call that brought no whole answer: what happened becomes one of our failure codes."""

from pressrun.errors import FailureCode, RunFailure
from pressrun.http1.client import Timeouts
from pressrun.http1.errors import (
    BrokenAnswerError,
    ConnectError,
    ConnectTimeoutError,
    HttpError,
    IdleTimeoutError,
    TotalTimeoutError,
)
from pressrun.models.refusals import Peer, shorten


def interrupted(peer: Peer, timeouts: Timeouts, error: HttpError) -> RunFailure:
    """The failure for a call without an answer: another attempt may always get one.

    Who cannot even be connected to serves nobody now: that is an outage.
    """
    match error:
        case ConnectTimeoutError():
            code, what = FailureCode.MODEL_TIMEOUT, f"could not be reached within {timeouts.connect_s:g} s"
        case IdleTimeoutError():
            code, what = FailureCode.MODEL_TIMEOUT, f"said nothing for {timeouts.idle_s:g} s"
        case TotalTimeoutError():
            code, what = FailureCode.MODEL_TIMEOUT, f"did not finish its answer within {timeouts.total_s:g} s"
        case BrokenAnswerError():
            code, what = FailureCode.MODEL_UNAVAILABLE, f"broke off in the middle of its answer ({_said(error)})"
        case _:
            code, what = FailureCode.MODEL_UNAVAILABLE, f"could not be reached ({_said(error)})"
    return peer.failure(code, what, retryable=True, outage=isinstance(error, ConnectError))


def _said(error: HttpError) -> str:
    return shorten(str(error)) or type(error).__name__
