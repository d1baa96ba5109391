"""Remember and recall from a plain script, simulated: no key, no file, and the same answers every time."""

import umi

with umi.Memory.sim(seed=42) as memory:
    result = memory.remember_sync("Alice works at Acme Corp as a software engineer.")
    print(f"Stored {result.entity_count()} entities")
    memory.remember_sync("Bob is the CEO of Acme Corp.")

    for entity in memory.recall_sync("Who is the CEO?"):
        print(f"- {entity.name}: {entity.content}")

    print(f"{memory.count_sync(entity_types=['note'])} texts, and {memory.count_sync()} with what they name")
    memory.forget_sync(result.entities[0].id)
    print(f"{memory.count_sync(entity_types=['note'])} after forgetting one")
