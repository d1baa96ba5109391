"""The methods of the published client 0.14.0, with the names of what they take in their order."""

from __future__ import annotations

from collections.abc import Mapping

METHODS: Mapping[str, str] = {
    "add_memories_to_working_memory": "session_id memories namespace replace",
    "add_memory_tool": "session_id text memory_type topics entities namespace user_id",
    "append_messages_to_working_memory": "session_id messages namespace model_name context_window_max user_id",
    "bulk_create_long_term_memories": "memory_batches batch_size delay_between_batches",
    "close": "",
    "create_long_term_memory": "memories deduplicate",
    "create_summary_view": "request",
    "delete_long_term_memories": "memory_ids",
    "delete_summary_view": "view_id",
    "delete_working_memory": "session_id namespace user_id",
    "edit_long_term_memory": "memory_id updates",
    "forget_long_term_memories": "policy namespace user_id session_id limit dry_run pinned_ids",
    "get_long_term_memory": "memory_id",
    "get_or_create_working_memory": (
        "session_id user_id namespace model_name context_window_max long_term_memory_strategy"
    ),
    "get_or_create_working_memory_tool": "session_id namespace user_id long_term_memory_strategy",
    "get_summary_view": "view_id",
    "get_task": "task_id",
    "get_working_memory": "session_id user_id namespace model_name context_window_max",
    "get_working_memory_tool": "session_id namespace user_id",
    "health_check": "",
    "hydrate_memory_prompt": (
        "query session_id namespace topics entities | created_at last_accessed user_id distance_threshold memory_type "
        "limit offset optimize_query"
    ),
    "list_sessions": "limit offset namespace user_id",
    "list_summary_view_partitions": "view_id namespace user_id session_id memory_type",
    "list_summary_views": "",
    "memory_prompt": (
        "query session_id namespace model_name context_window_max long_term_search user_id optimize_query"
    ),
    "parse_anthropic_tool_use": "tool_use",
    "parse_openai_function_call": "function_call",
    "parse_openai_tool_call": "tool_call",
    "parse_tool_call": "tool_call",
    "promote_working_memories_to_long_term": "session_id memory_ids namespace",
    "put_working_memory": "session_id memory user_id model_name context_window_max",
    "resolve_function_call": "function_name function_arguments session_id namespace user_id",
    "resolve_function_calls": "function_calls session_id namespace user_id",
    "resolve_tool_call": "tool_call session_id namespace user_id",
    "resolve_tool_calls": "tool_calls session_id namespace user_id",
    "run_summary_view": "view_id force",
    "run_summary_view_partition": "view_id group",
    "search_all_long_term_memories": (
        "text session_id namespace topics entities | created_at last_accessed user_id distance_threshold memory_type "
        "batch_size"
    ),
    "search_long_term_memory": (
        "text session_id namespace topics entities | created_at last_accessed user_id distance_threshold memory_type "
        "recency limit offset optimize_query"
    ),
    "search_memory_tool": ("query topics entities memory_type max_results offset min_relevance user_id optimize_query"),
    "set_working_memory_data": "session_id data namespace preserve_existing",
    "update_memory_data_tool": "session_id data merge_strategy namespace user_id",
    "update_working_memory_data": "session_id data_updates namespace merge_strategy user_id",
    "validate_memory_record": "memory",
}
EXPORTED = (
    "MemoryAPIClient MemoryClientConfig create_memory_client ToolSchema ToolSchemaCollection MemoryClientError "
    "MemoryValidationError MemoryNotFoundError MemoryServerError ModelNameLiteral ForgetPolicy ForgetResponse "
    "SummaryView CreateSummaryViewRequest SummaryViewPartitionResult Task"
).split()
MODELS: Mapping[str, str] = {
    "AckResponse": "status",
    "ClientMemoryRecord": "id text session_id user_id namespace topics entities memory_type event_date",
    "CreateSummaryViewRequest": "name source group_by filters time_window_days continuous prompt model_name",
    "ExtractedMemoryRecord": "id text memory_type discrete_memory_extracted",
    "ForgetPolicy": "max_age_days max_inactive_days budget memory_type_allowlist",
    "ForgetResponse": "scanned deleted deleted_ids dry_run",
    "HealthCheckResponse": "now",
    "MemoryMessage": "role content id created_at persisted_at discrete_memory_extracted",
    "MemoryRecord": (
        "id text session_id user_id namespace last_accessed created_at updated_at topics entities memory_hash "
        "discrete_memory_extracted memory_type persisted_at extracted_from event_date"
    ),
    "MemoryRecordResult": "id text dist",
    "MemoryRecordResults": "memories total next_offset",
    "MemoryStrategyConfig": "strategy config",
    "RecencyConfig": (
        "recency_boost semantic_weight recency_weight freshness_weight novelty_weight half_life_last_access_days "
        "half_life_created_days server_side_recency"
    ),
    "SessionListResponse": "sessions total",
    "SummaryView": "id name source group_by filters time_window_days continuous prompt model_name",
    "SummaryViewPartitionResult": "view_id group summary memory_count computed_at",
    "Task": "id type status view_id created_at started_at completed_at error_message",
    "WorkingMemory": (
        "messages memories data context user_id tokens session_id namespace long_term_memory_strategy ttl_seconds "
        "last_accessed"
    ),
    "WorkingMemoryResponse": (
        "context_percentage_total_used context_percentage_until_summarization new_session unsaved"
    ),
}
FILTERS: Mapping[str, str] = {
    **dict.fromkeys(("SessionId", "Namespace", "UserId", "MemoryType"), "eq in_ not_eq not_in"),
    **dict.fromkeys(("Topics", "Entities"), "any all none"),
    **dict.fromkeys(("CreatedAt", "LastAccessed", "EventDate"), "gte lte eq"),
}
