"""Files and images that a run is given: looked up before it is accepted, loaded when it is carried out."""

import asyncio
import functools
import tempfile
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from pressrun.agents.definition import AgentDefinition
from pressrun.agents.file_inputs import Known, asked_names, fault_of_kind, is_url, too_many_words
from pressrun.agents.fitting import DEFAULT_CONTEXT, FileText, fitted
from pressrun.agents.input_kinds import FileInput, MediaInput
from pressrun.agents.references import Reference
from pressrun.agents.showing import Showing, new_mark
from pressrun.errors import Code, FailureCode, PressrunError, Problem, RunFailure
from pressrun.knowledge.blobs import Blobs
from pressrun.knowledge.extract import Extractor
from pressrun.knowledge.files import File, FileState, find_many, find_named
from pressrun.knowledge.kinds import KINDS, FileKind, Reading, kind_of
from pressrun.knowledge.names import extension_of, plain_name
from pressrun.knowledge.text import BETWEEN, read_text
from pressrun.models.catalog import Catalog
from pressrun.models.provider import ImagePart, Provider
from pressrun.outgoing.fetching import Fetched, fetch
from pressrun.outgoing.reply import Cause, OutgoingError
from pressrun.outgoing.target import Rules
from pressrun.store.store import Store

NOT_READY_S = 2.0
"""How long to wait for a file that is being taken in."""

LARGEST_IMAGE = 20 * 1024**2
PASSING = frozenset({Cause.UNRESOLVED, Cause.UNREACHABLE, Cause.TIMEOUT, Cause.BROKEN})
"""Why a URL gave nothing that may be over soon."""

LookUp = Callable[[Collection[str]], Awaitable[Mapping[str, File]]]
"""Files of an organization by their ids, or by their names."""

Values = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Attached:
    """Values with texts where files were, a provider that shows the images, and what the model could not be given."""

    values: Values
    provider: Provider
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Content:
    """A file or what a URL gave: its bytes when it is an image, else its text."""

    name: str
    kind: FileKind
    size: int
    text: str = ""
    words: int = 0
    data: bytes = b""


class Attachments:
    """Finds and loads them; `rules` say which URLs may be fetched."""

    def __init__(self, store: Store, blobs: Blobs, catalog: Catalog, extractor: Extractor, rules: Rules) -> None:
        self._store = store
        self._blobs = blobs
        self._catalog = catalog
        self._extractor = extractor
        self._rules = rules

    async def known(self, organization_id: str, definition: AgentDefinition, raw_inputs: object) -> Known:
        """The files that a request names, by their ids."""
        ids = asked_names(definition, raw_inputs)
        return await self._store.read(lambda tx: find_many(tx, organization_id, ids)) if ids else {}

    async def look_up(self, organization_id: str, names: Collection[str]) -> dict[str, File]:
        """Files by their ids, or by their names: of several with one name, the newest."""
        asked = [name for name in dict.fromkeys(names) if not is_url(name)]
        if not asked:
            return {}
        found = await self._store.read(lambda tx: find_many(tx, organization_id, asked))
        left = [name for name in asked if name not in found]
        return found | (await self._store.read(lambda tx: find_named(tx, organization_id, left)) if left else {})

    def look_up_for(self, organization_id: str, definition: AgentDefinition) -> LookUp | None:
        """`look_up` for rows of a file; None for an agent that takes no files."""
        return functools.partial(self.look_up, organization_id) if definition.takes_files else None

    async def refuse_blind(self, organization_id: str, definition: AgentDefinition, values: Values) -> None:
        """Raises PressrunError (invalid) for images that are meant for models which take none."""
        images = {one.name for one in definition.inputs if isinstance(one, MediaInput) and values.get(one.name)}
        found = await self._blind(organization_id, definition, images)
        if found:
            raise PressrunError(
                Code.INVALID,
                [
                    Problem(message, {"input": name, "reason": "no_vision"})
                    for message, names in found
                    for name in sorted(names)
                ],
            )

    async def warnings(self, organization_id: str, definition: AgentDefinition) -> list[str]:
        """What will be refused once somebody sends an image."""
        images = {one.name for one in definition.inputs if isinstance(one, MediaInput)}
        return [message for message, _ in await self._blind(organization_id, definition, images)]

    async def _blind(
        self, organization_id: str, definition: AgentDefinition, images: set[str]
    ) -> list[tuple[str, set[str]]]:
        """What to say of each prompt that shows images to models which take none, and which inputs these are."""
        found = []
        for index, prompt in enumerate(definition.prompts if images else ()):
            shown = _references(definition, index) & images
            blind = [model for model in prompt.candidates if shown and not await self._sees(organization_id, model)]
            if shown and len(blind) == len(prompt.candidates):
                model = f"the model {blind[0]!r}" if blind[0] else "the default model"
                fix = f"`pressrun models set {blind[0] or 'NAME'} --vision` says that it does"
                message = f"the prompt {prompt.name!r} shows an image to {model}, which takes none: {fix}"
                found.append((message, shown))
        return found

    async def attach(
        self,
        organization_id: str,
        definition: AgentDefinition,
        values: Values,
        provider: Provider,
        *,
        fetches: bool = True,
    ) -> Attached:
        """What a run needs in place of ids and URLs; raises RunFailure, PressrunError.

        Without `fetches` no URL is asked: for whoever only looks.
        """
        if not definition.takes_files:
            return Attached(values, provider)
        taking = [one for one in definition.inputs if isinstance(one, FileInput | MediaInput) and values.get(one.name)]
        if not fetches and any(is_url(text) for one in taking for text in values[one.name]):
            return Attached(values, provider)
        ids = [text for one in taking for text in values[one.name] if not is_url(text)]
        known = await self._store.read(lambda tx: find_many(tx, organization_id, ids))
        texts: dict[str, tuple[FileText, ...]] = {}
        images: dict[str, ImagePart] = {}
        replaced = dict(values)
        for declared in taking:
            contents = [await self._content(declared, text, known) for text in values[declared.name]]
            if isinstance(declared, MediaInput):
                marks = [new_mark(one.name) for one in contents]
                for mark, one in zip(marks, contents, strict=True):
                    images[mark] = ImagePart.of(one.kind.media_type, one.data)
                replaced[declared.name] = tuple(marks)
            else:
                words = sum(one.words for one in contents)
                if words > declared.max_word_count:
                    raise RunFailure(FailureCode.INPUT_REFUSED, too_many_words(declared, words))
                texts[declared.name] = tuple(FileText(one.name, one.text) for one in contents)
        cut, notes = await self._fitted(organization_id, definition, texts, replaced)
        return Attached({**replaced, **cut}, Showing(provider, images) if images else provider, tuple(notes))

    async def _fitted(
        self,
        organization_id: str,
        definition: AgentDefinition,
        texts: Mapping[str, tuple[FileText, ...]],
        values: Values,
    ) -> tuple[dict[str, tuple[str, ...]], list[str]]:
        if not texts:
            return {}, []
        names = {model for prompt in definition.prompts for model in prompt.candidates}
        contexts = {}
        for name in names:
            contexts[name] = await self._catalog.context_tokens(organization_id, name) or DEFAULT_CONTEXT
        joiner = definition.settings.joiner
        others = {name: joiner.join(value) for name, value in values.items() if name not in texts}
        return await asyncio.to_thread(fitted, definition, texts, others, contexts)

    async def _sees(self, organization_id: str, model: str | None) -> bool:
        try:
            return (await self._catalog.resolve(organization_id, model)).vision
        except RunFailure:
            return True  # the run tells that there is no such model

    async def _content(self, declared: FileInput | MediaInput, text: str, known: Known) -> _Content:
        """One file, held against its input once more: it may have been taken in only after the job was accepted."""
        content = await self._fetched(declared, text) if is_url(text) else await self._stored(declared, text, known)
        fault = fault_of_kind(declared, content.name, content.kind.extension, content.size)
        if fault is not None:
            raise RunFailure(FailureCode.INPUT_REFUSED, fault)
        return content

    async def _stored(self, declared: FileInput | MediaInput, file_id: str, known: Known) -> _Content:
        file = known.get(file_id)
        if file is None:
            raise RunFailure(FailureCode.FILE_MISSING, f"the file {file_id} was deleted after this job was accepted")
        kind = KINDS[file.extension]
        if isinstance(declared, MediaInput):
            if file.size > LARGEST_IMAGE:
                raise RunFailure(FailureCode.INPUT_REFUSED, f"{file.name} is larger than images may be")
            data = b"".join([piece async for piece in self._blobs.read(file.blob)])
            return _Content(file.name, kind, file.size, data=data)
        if not file.has_text and file.state == FileState.IN_PROGRESS and kind.reading != Reading.NONE:
            message = f"{file.name} is still being taken in"
            raise RunFailure(
                FailureCode.FILE_NOT_READY,
                message,
                retryable=True,
                retry_after_s=NOT_READY_S,
                outage=True,
                called=False,
            )
        if not file.has_text:
            why = file.error or "files of its kind have no text"
            raise RunFailure(FailureCode.UNREADABLE_FILE, f"{file.name} has no text: {why}")
        return _Content(file.name, kind, file.size, await read_text(self._blobs, file), file.words or 0)

    async def _fetched(self, declared: FileInput | MediaInput, url: str) -> _Content:
        megabytes = declared.max_file_size_mb if isinstance(declared, FileInput) else declared.max_image_size_mb
        most = min(megabytes, 100) * 1024**2
        with tempfile.TemporaryDirectory(prefix="pressrun-") as folder:
            path = Path(folder) / "fetched"
            try:
                found = await fetch(url, self._rules, path, most)
            except OutgoingError as error:
                message = f"{url} cannot be fetched: {error}"
                raise RunFailure(FailureCode.URL_FAILED, message, retryable=error.cause in PASSING) from None
            return await self._read(url, found, path)

    async def _read(self, url: str, found: Fetched, path: Path) -> _Content:
        if found.status != 200:
            passing = found.status in {408, 425, 429} or found.status >= 500
            message = f"{url} cannot be fetched: it answered {found.status}"
            raise RunFailure(FailureCode.URL_FAILED, message, retryable=passing)
        name = unquote(PurePosixPath(urlsplit(url).path).name) or "page"
        try:
            name = plain_name(name)
            extension = extension_of(name) if normal_kind(extension_of(name)) else ""
            kind = kind_of(extension, found.head, found.media_type)
        except PressrunError as error:
            raise RunFailure(FailureCode.INPUT_REFUSED, f"{url}: {error}") from None
        if kind.reading == Reading.NONE:
            data = await asyncio.to_thread(path.read_bytes)
            return _Content(name, kind, found.size, data=data)
        sections = await self._extractor.read(path, kind.extension)
        text = BETWEEN.join(section.text for section in sections)
        return _Content(name, kind, found.size, text, len(text.split()))


def normal_kind(extension: str) -> bool:
    """Whether an extension is one of a kind that is taken; what a URL ends with may be anything."""
    return extension in KINDS


def _references(definition: AgentDefinition, index: int) -> set[str]:
    pieces: Sequence[str | Reference] = [piece for each in definition.prompt_templates[index] for piece in each]
    return {piece.name for piece in pieces if isinstance(piece, Reference)}
