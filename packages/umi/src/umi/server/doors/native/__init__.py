"""The native door, `/umi/v1`: remember, recall, look at, forget, count. It shows how a door is made."""
