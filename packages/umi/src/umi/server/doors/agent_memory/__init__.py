"""The Agent Memory door, `/v1`: working memory, long-term memory, prompts, and views, as the published client asks.

`wire` is what travels: lenient in what it takes, strict in what it gives. `translate` makes turns of records and back.
`routes` are thin. What the protocol does beyond the engine stands beside them: filters, searching, recency, forgetting.
"""
