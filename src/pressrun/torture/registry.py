"""Every fault, in the order of its number."""

from pressrun.torture.fault import Fault
from pressrun.torture.faults import kills

FAULTS: dict[str, Fault] = {fault.id: fault for fault in sorted((*kills.FAULTS,), key=lambda fault: fault.id)}
