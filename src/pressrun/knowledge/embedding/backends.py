"""The two embedders. They run in the child process only: what they import is large, and native."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LONGEST_TOKENS = 256
"""What the model was trained on; more of a text is not seen."""

BATCH = 8
"""Texts at once: more save little time on a processor, and whoever asks a question waits for one batch."""


class Backend(Protocol):
    """Turns texts into vectors."""

    def embed(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """A row for each text, in order; not normalised."""
        ...


def load(settings: dict[str, Any]) -> Backend:
    """The backend that `settings` of `Embedder` describe."""
    if settings["embedder"] == "wordllama":
        return WordLlama()
    return MiniLM(settings["model"], settings["tokenizer"], settings["threads"])


class MiniLM:
    """all-MiniLM-L6-v2, quantised, by ONNX Runtime: 384 dimensions."""

    def __init__(self, model: str, tokenizer: str, threads: int) -> None:
        import onnxruntime  # noqa: PLC0415 - optional, and slow to import
        from tokenizers import Tokenizer  # noqa: PLC0415

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False  # it would keep the memory of the largest batch for ever
        # Threads that spin while they wait take a core each from whoever else needs it.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self._names = [one.name for one in self._session.get_inputs()]
        self._tokenizer = Tokenizer.from_file(tokenizer)
        self._tokenizer.enable_truncation(LONGEST_TOKENS)
        self._tokenizer.enable_padding()

    def embed(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """See Backend.embed."""
        import numpy as np  # noqa: PLC0415

        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))  # little padding
        found = np.empty((len(texts), 384), np.float32)
        for begin in range(0, len(order), BATCH):
            places = order[begin : begin + BATCH]
            encoded = self._tokenizer.encode_batch([texts[place] for place in places])
            given = {
                "input_ids": np.array([one.ids for one in encoded], np.int64),
                "attention_mask": np.array([one.attention_mask for one in encoded], np.int64),
                "token_type_ids": np.array([one.type_ids for one in encoded], np.int64),
            }
            hidden = self._session.run(None, {name: given[name] for name in self._names})[0]
            mask = given["attention_mask"][:, :, None].astype(np.float32)
            found[places] = (hidden * mask).sum(1) / mask.sum(1)
        return found


class WordLlama:
    """wordllama's static vectors: 256 dimensions, a hundred times as fast, less apt with paraphrases."""

    def __init__(self) -> None:
        from pathlib import Path  # noqa: PLC0415

        import wordllama  # noqa: PLC0415 - optional

        # By itself it looks for its tokenizer in the wrong folder, and then on the internet.
        folder = Path(str(wordllama.__file__)).parent
        self._model = wordllama.WordLlama.load(cache_dir=folder, disable_download=True)

    def embed(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """See Backend.embed."""
        import numpy as np  # noqa: PLC0415

        return np.asarray(self._model.embed(list(texts)), np.float32)


def as_bytes(vectors: "NDArray[np.float32]") -> bytes:
    """Each vector as signed bytes, the largest of its numbers as 127: angles stay as they are to half a degree."""
    import numpy as np  # noqa: PLC0415

    largest = np.abs(vectors).max(1, keepdims=True)
    return bytes(np.rint(vectors * (127 / np.maximum(largest, 1e-9))).astype(np.int8).tobytes())
