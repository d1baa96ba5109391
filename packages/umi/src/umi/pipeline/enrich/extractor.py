"""Reading a text with a language model, usable by itself."""

from __future__ import annotations

from collections.abc import Mapping

from umi.domain.checking import check_text
from umi.domain.completion import NO_USAGE, CompletionRequest
from umi.domain.extraction import ExtractedEntity, Extraction, ExtractionOptions
from umi.domain.fact import Slot
from umi.limits import ENTITY_CONTENT_BYTES_MAX
from umi.ports.llm import LLM

_READ = ExtractionOptions()


class EntityExtractor:
    """Reads entities, facts and relations from a text with a language model, and refuses what the text does not say.

    A long text is read a stretch at a time, all of it. Nothing is stored.
    """

    def __init__(self, llm: LLM) -> None:
        self._llm = llm

    @property
    def provider(self) -> LLM:
        return self._llm

    async def extract(
        self,
        text: str,
        options: ExtractionOptions | None = None,
        *,
        speaker: str | None = None,
        speaks_for_user: bool = True,
        slots: Mapping[str, Slot] | None = None,
    ) -> Extraction:
        """Return what a text says. `speaker` is who says "I"; without `speaks_for_user`, "I" is nobody.

        `slots` are slots of the user's own, by name.

        Raises:
            Invalid: the text is empty, or no text.
            TextTooLongError: it has more than ENTITY_CONTENT_BYTES_MAX bytes.
            ProviderError: the model gave no usable answer.

        """
        from umi.pipeline.enrich.check import Checked, Source, check
        from umi.pipeline.enrich.prompt import SYSTEM, question, windows
        from umi.pipeline.enrich.wire import SCHEMA, checking, read

        check_text("text", text, ENTITY_CONTENT_BYTES_MAX)
        chosen = options or _READ
        found: list[Checked] = []
        usage, model = NO_USAGE, self._llm.model
        for window in windows(text):
            request = CompletionRequest(
                system=SYSTEM,
                prompt=question(window, speaker=speaker, known=chosen.existing_entities),
                schema=SCHEMA,
                check=checking(),
            )
            answer = await self._llm.complete(request)
            usage, model = usage + answer.usage, answer.model or model
            source = Source.of(
                window.text,
                start=window.start,
                speaker=speaker,
                speaks_for_user=speaks_for_user,
                slots=slots,
                min_confidence=chosen.min_confidence,
            )
            found.append(check(read(answer.data or {}), source))
        return Extraction(
            entities=tuple(one for checked in found for one in checked.entities),
            facts=tuple(one for checked in found for one in checked.facts),
            relations=tuple(one for checked in found for one in checked.relations),
            refused=tuple(one for checked in found for one in checked.refused),
            usage=usage,
            model=model,
            raw_text=text,
        )

    async def extract_entities_only(self, text: str) -> tuple[ExtractedEntity, ...]:
        """Return only the entities; see `extract`."""
        return (await self.extract(text)).entities
