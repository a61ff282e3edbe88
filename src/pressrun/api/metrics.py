"""Figures for Prometheus, read from the store: every process tells the same, and none is lost with one that dies."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from pressrun.jobs import counts, model_calls, read, workers
from pressrun.jobs.job import OPEN, State
from pressrun.jobs.model_calls import BEYOND, BUCKETS_MS, ModelCalls
from pressrun.jobs.workers import WorkerRecord
from pressrun.store.store import Row, Store, Transaction
from pressrun.webhooks.delivery import DeliveryState
from pressrun.webhooks.endpoint import EndpointState
from pressrun.webhooks.figures import WebhookFigures
from pressrun.webhooks.figures import figures as webhook_figures


@dataclass(frozen=True, slots=True)
class Figures:
    """What was read, in one transaction."""

    jobs: dict[State, int]
    oldest_queued_s: float
    stuck: int
    workers: Sequence[WorkerRecord]
    calls: Sequence[ModelCalls]
    failures: Sequence[Row]
    webhooks: WebhookFigures


async def exposition(store: Store) -> bytes:
    """All figures in Prometheus' text format."""

    async def work(tx: Transaction) -> Figures:
        return Figures(
            await counts.everywhere(tx),
            await read.oldest_queued_s(tx),
            await read.stuck(tx),
            await workers.alive(tx),
            await model_calls.everywhere(tx),
            await tx.all("list_authentication_failures"),
            await webhook_figures(tx),
        )

    figures = await store.read(work)
    registry = CollectorRegistry()
    registry.register(_Collected(figures))
    return generate_latest(registry)


class _Collected(Collector):
    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def collect(self) -> Iterable[Metric]:
        figures = self._figures
        now = GaugeMetricFamily("pressrun_jobs", "Jobs that have not ended, by state", labels=["state"])
        ended = CounterMetricFamily("pressrun_jobs_finished", "Jobs by how they ended", labels=["outcome"])
        for state in State:
            family = now if state in OPEN else ended
            family.add_metric([state], figures.jobs.get(state, 0))
        yield now
        yield ended
        yield GaugeMetricFamily(
            "pressrun_oldest_queued_seconds", "How long the oldest runnable job has waited", figures.oldest_queued_s
        )
        yield GaugeMetricFamily(
            "pressrun_stuck_jobs", "Jobs that have not ended a minute after their deadline; must be 0", figures.stuck
        )
        yield GaugeMetricFamily("pressrun_workers_alive", "Workers whose heart beats", len(figures.workers))
        yield GaugeMetricFamily(
            "pressrun_worker_slots",
            "Jobs all workers together can run",
            sum(one.concurrency for one in figures.workers),
        )
        refused = CounterMetricFamily(
            "pressrun_authentication_failures", "Requests without a good key, by reason", labels=["reason"]
        )
        for row in figures.failures:
            refused.add_metric([row["reason"]], row["failures"])
        yield refused
        yield from _model_metrics(figures.calls)
        yield from _webhook_metrics(figures.webhooks)


def _model_metrics(calls: Sequence[ModelCalls]) -> Iterable[Metric]:
    latency = HistogramMetricFamily(
        "pressrun_model_call_seconds", "Duration of model calls", labels=["model", "outcome"]
    )
    tokens = CounterMetricFamily("pressrun_model_tokens", "Tokens by direction", labels=["model", "direction"])
    grouped: defaultdict[tuple[str, str], list[ModelCalls]] = defaultdict(list)
    sent: defaultdict[str, int] = defaultdict(int)
    received: defaultdict[str, int] = defaultdict(int)
    for one in calls:
        grouped[one.model, one.outcome].append(one)
        sent[one.model] += one.prompt_tokens
        received[one.model] += one.completion_tokens
    for (model, outcome), ones in sorted(grouped.items()):
        in_bucket = {bound: sum(one.calls for one in ones if one.bucket_ms == bound) for bound in (*BUCKETS_MS, BEYOND)}
        running, buckets = 0, []
        for bound, number in in_bucket.items():
            running += number
            buckets.append(("+Inf" if bound == BEYOND else str(bound / 1000), float(running)))
        latency.add_metric([model, outcome], buckets, sum(one.duration_us for one in ones) / 1_000_000)
    for model in sorted(sent):
        tokens.add_metric([model, "prompt"], sent[model])
        tokens.add_metric([model, "completion"], received[model])
    yield latency
    yield tokens


def _webhook_metrics(figures: WebhookFigures) -> Iterable[Metric]:
    ended = CounterMetricFamily("pressrun_webhook_deliveries", "Deliveries by how they ended", labels=["outcome"])
    for outcome in (DeliveryState.DELIVERED, DeliveryState.FAILED):
        ended.add_metric([outcome], figures.ended.get(outcome, 0))
    yield ended
    endpoints = GaugeMetricFamily("pressrun_webhooks", "Webhooks by state", labels=["state"])
    for state in EndpointState:
        endpoints.add_metric([state], figures.endpoints.get(state, 0))
    yield endpoints
    yield GaugeMetricFamily("pressrun_webhooks_failing", "Webhooks that took nothing at last", figures.failing)
    yield GaugeMetricFamily(
        "pressrun_webhook_oldest_pending_seconds",
        "How long ago the oldest message was made that has not arrived",
        figures.pending_s,
    )
    yield GaugeMetricFamily(
        "pressrun_webhook_outbox_seconds", "How long the oldest end waits to become messages", figures.outbox_s
    )
