"""Every fault, in the order of its number."""

from pressrun.torture.fault import Fault
from pressrun.torture.faults import (
    agents,
    back_pressure,
    clocks,
    database,
    disk,
    documents,
    fairness,
    hostile_json,
    kills,
    lost_answers,
    poison,
    provider_answers,
    provider_down,
    races,
    resources,
    second_server,
    system_calls,
    webhooks,
    wire,
    zombies,
)

MODULES = (
    agents,
    back_pressure,
    clocks,
    database,
    disk,
    documents,
    fairness,
    hostile_json,
    kills,
    lost_answers,
    poison,
    provider_answers,
    provider_down,
    races,
    resources,
    second_server,
    system_calls,
    webhooks,
    wire,
    zombies,
)
FAULTS: dict[str, Fault] = {
    fault.id: fault
    for fault in sorted((fault for module in MODULES for fault in module.FAULTS), key=lambda one: one.id)
}
