"""The commands, rules and messages of Mycel, free of any platform."""

import os

# Nobody else's plugin looks at settings and at what is typed; to look for one costs a start 30 ms.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
