"""Every event, declared once; docs/operating.md lists them, and a test holds the two together."""

from enum import StrEnum


class JobEvent(StrEnum):
    """A line in a job's timeline, a public contract."""

    CREATED = "job.created"
    STARTED = "job.started"
    COMPLETED = "job.completed"
    FAILED = "job.failed"
    CANCELLED = "job.cancelled"
    CANCEL_REQUESTED = "job.cancel_requested"
    RETRY_SCHEDULED = "job.retry_scheduled"
    RELEASED = "job.released"
    RESCUED = "job.rescued"
    RETRIED = "job.retried"
    STALE_WRITE_REFUSED = "job.stale_write_refused"


class BatchEvent(StrEnum):
    """Something that happened to a batch, told to listeners; a public contract."""

    COMPLETED = "batch.completed"
    CANCELLED = "batch.cancelled"
    PAUSED = "batch.paused"


class ServerEvent(StrEnum):
    """Something the server itself does, written to the log."""

    REQUEST = "http.request"
    REQUEST_FAILED = "http.request_failed"
    SERVER_STARTED = "server.started"
    SERVER_STOPPING = "server.stopping"
    PROCESS_STARTED = "process.started"
    PROCESS_ENDED = "process.ended"
    WORKER_STARTED = "worker.started"
    WORKER_STOPPING = "worker.stopping"
    WORKER_STOPPED = "worker.stopped"
    WORKER_FENCED = "worker.fenced"
    WORKER_LET_GO = "worker.let_go"
    WORKER_RECOVERED = "worker.recovered"
    WORKER_STUCK = "worker.stuck"
    WORKER_BURIED = "worker.buried"
    WORKER_TROUBLED = "worker.troubled"
    UPKEEP_DONE = "upkeep.done"
    UPKEEP_FAILED = "upkeep.failed"
    BATCH_UPKEEP_FAILED = "batch.upkeep_failed"
    STORE_UNSAFE = "store.unsafe"
    STORE_RESTORED = "store.restored"
    ROOM_LOST = "store.room_lost"
    ROOM_REGAINED = "store.room_regained"
    RETENTION_DONE = "retention.done"
    RETENTION_FAILED = "retention.failed"
    SWEEP_FAILED = "sweep.failed"
    NETWORK_KEPT = "files.network_kept"
    EMBEDDER_FAILED = "embedder.failed"
    STREAM_FAILED = "stream.failed"
    WEBHOOK_FAILED = "webhook.failed"
    WEBHOOKS_TROUBLED = "webhooks.troubled"
