"""What a Store is: `suite` joins the parts, each a module, and `model` adds a state machine against a dictionary.

pytest explains a failed assertion in these modules as it does in tests.
"""

import pytest

pytest.register_assert_rewrite(
    *(
        f"{__name__}.{part}"
        for part in (
            *("erasing", "fading", "filters", "limits", "listing", "making", "model", "racing", "scopes", "searching"),
            *("strings", "suite", "tasks", "undoing", "upkeep", "versions", "writing"),
        )
    )
)
