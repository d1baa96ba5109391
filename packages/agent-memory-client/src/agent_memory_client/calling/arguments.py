"""What each tool takes. The schemas that models see, and the checks of what models send, are both made of this."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from agent_memory_client.moments import Moment
from agent_memory_client.operations.searching import SearchMode
from agent_memory_client.operations.session_changes import MergeStrategy

Fact = Literal["episodic", "semantic"]
TopicsArgument = Annotated[list[str] | None, Field(description="What it is about, in one or two words each.")]
EntitiesArgument = Annotated[list[str] | None, Field(description="People, places and things it mentions, by name.")]
FactArgument = Annotated[
    Fact, Field(description="`semantic` for what holds (a preference, a fact), `episodic` for what happened at a time.")
]
EventArgument = Annotated[Moment | None, Field(description="When it happened, as an ISO 8601 time. For episodic ones.")]


class Arguments(BaseModel):
    """What a tool takes. An argument it does not know is refused, so that the model learns it had no effect."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class NoArguments(BaseModel):
    """Nothing. What a model sends all the same is passed over."""


class SearchArguments(Arguments):
    """For a search of long-term memory."""

    query: str = Field(
        validation_alias=AliasChoices("query", "text"), description="What to look for, in words of its own."
    )
    topics: list[str] | None = Field(default=None, description="Only memories with any of these topics.")
    entities: list[str] | None = Field(default=None, description="Only memories that mention any of these names.")
    memory_type: Literal["episodic", "semantic", "message"] | None = Field(
        default=None, description="Only what happened (episodic), what holds (semantic), or what was said (message)."
    )
    max_results: int = Field(
        default=10,
        ge=1,
        le=20,
        validation_alias=AliasChoices("max_results", "limit"),
        description="How many memories to return at most.",
    )
    offset: int = Field(default=0, ge=0, description="How many of the nearest to pass over, to read on.")
    min_relevance: float | None = Field(
        default=None, ge=0, le=1, description="Leave out what is less relevant than this, from 0 to 1."
    )
    user_id: str | None = Field(default=None, description="Only memories of this user. Leave it out as a rule.")
    optimize_query: bool = Field(default=False, description="Let a model word the query anew before the search.")
    search_mode: SearchMode | None = Field(
        default=None, description="By meaning (semantic, the usual), by words (keyword), or by both (hybrid)."
    )


class MemoryArguments(Arguments):
    """For one memory to be kept."""

    text: str = Field(min_length=1, description="One fact, in a sentence that can be understood by itself.")
    memory_type: FactArgument
    topics: TopicsArgument = None
    entities: EntitiesArgument = None
    event_date: EventArgument = None


class LazyMemoryArguments(Arguments):
    """For one memory to be kept later."""

    text: str = Field(min_length=1, description="One fact, in a sentence that can be understood by itself.")
    memory_type: FactArgument
    topics: TopicsArgument = None
    entities: EntitiesArgument = None


class MemoriesArguments(Arguments):
    """For memories to be kept at once."""

    memories: list[MemoryArguments] = Field(min_length=1, description="The memories to keep.")


class DataArguments(Arguments):
    """For the data of a session."""

    data: dict[str, Any] = Field(description="The keys to set, with their values: any JSON.")
    merge_strategy: MergeStrategy = Field(
        default="merge",
        description="`merge` sets these keys and keeps the others, `deep_merge` does so at every depth, "
        "`replace` drops all that was there.",
    )


class MessageArguments(Arguments):
    """For one message of a conversation."""

    role: str = Field(description="Who says it: user, assistant, system or tool.")
    content: str = Field(min_length=1, description="What is said.")


class SessionArguments(Arguments):
    """For the session of this conversation."""

    messages: list[MessageArguments] | None = Field(default=None, description="Messages to add at the end.")
    memories: list[LazyMemoryArguments] | None = Field(default=None, description="Facts to add.")
    data: dict[str, Any] | None = Field(default=None, description="Keys to set, with their values: any JSON.")
    context: str | None = Field(default=None, description="A summary of what went before.")


class MemoryIdArguments(Arguments):
    """For one memory that a search found."""

    memory_id: str = Field(min_length=1, description="The id of the memory, as a search shows it.")


class MemoryIdsArguments(Arguments):
    """For memories that a search found."""

    memory_ids: list[str] = Field(min_length=1, description="The ids of the memories, as a search shows them.")


class EditArguments(MemoryIdArguments):
    """For a memory to be changed: only what is given changes."""

    text: str | None = Field(default=None, description="The new text.")
    topics: list[str] | None = Field(default=None, description="The new topics, in place of the old ones.")
    entities: list[str] | None = Field(default=None, description="The new names, in place of the old ones.")
    memory_type: Fact | None = Field(default=None, description="The new type.")
    namespace: str | None = Field(default=None, description="The new namespace. Leave it out as a rule.")
    user_id: str | None = Field(default=None, description="The new user. Leave it out as a rule.")
    session_id: str | None = Field(default=None, description="The new session. Leave it out as a rule.")
    event_date: EventArgument = None
