"""What has to be set aside for a row of a batch with a cap: the most that the dearest one can cost at one attempt."""

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from pressrun.agents.bounds import Prices, bound, unbounded
from pressrun.agents.definition import AgentDefinition
from pressrun.errors import Code, PressrunError, Problem
from pressrun.money import Nano, shown

_values = msgspec.json.Decoder(dict[str, tuple[str, ...]]).decode


@dataclass(slots=True)
class Reserve:
    """Looks at the rows of a file while it arrives; `most` is nano-dollars."""

    definition: AgentDefinition
    prices: Prices
    fan_out: bool
    most: Nano = 0

    def __post_init__(self) -> None:
        """Raises PressrunError (invalid) when no cap could be kept, with the reason for each prompt and model."""
        reasons = list(unbounded(self.definition, self.prices))
        if reasons:
            message = "max_cost cannot be kept: "
            raise PressrunError(Code.INVALID, [Problem(message + reason, {"field": "max_cost"}) for reason in reasons])

    def add(self, inputs: Iterable[bytes | None]) -> None:
        """Count the inputs of rows, None those of rows that cannot be run; it takes about 0.1 ms for each."""
        for one in inputs:
            if one is not None:
                most = bound(self.definition, _values(one), self.prices, fan_out=self.fan_out)
                self.most = max(self.most, most or 0)

    def check(self, max_cost: Nano) -> None:
        """Raises PressrunError (invalid) when the cap does not even pay for the dearest row."""
        if max_cost < self.most:
            message = f"max_cost is {shown(max_cost)}, and a single row may cost {shown(self.most)}: raise it"
            raise PressrunError(Code.INVALID, Problem(message, {"field": "max_cost"}))
