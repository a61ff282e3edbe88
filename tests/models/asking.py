"""What the tests of the HTTP client ask, and how they see it fail."""

import pytest

from pressrun.errors import RunFailure
from pressrun.models.openai_compatible import OpenAICompatible, Timeouts
from pressrun.models.provider import Message, Question

KEY = "sk-secret-0123456789"
QUESTION = Question("gpt-test", (Message("system", "Be short."), Message("user", "Hello?")))
BRISK = Timeouts(total_s=0.6, connect_s=0.3, idle_s=0.3)


async def failure(client: OpenAICompatible, question: Question = QUESTION) -> RunFailure:
    with pytest.raises(RunFailure) as caught:
        await client.complete(question)
    assert KEY not in str(caught.value)
    return caught.value
