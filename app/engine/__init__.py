"""The process and its sockets: how bytes come in and facts go out. Knows nothing of rooms or people.

The only part of app/ that imports eventlet, so that leaving it one day is a change to this folder and to wsgi.py.
What the rest of the program uses is `attach`, `BodyJSON`, `offload.run` and `logs`.
"""

import warnings

# eventlet's retirement is known (README, "What it runs on"); every start would say so again.
warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")

from app.engine.attach import attach  # noqa: E402
from app.engine.bodies import BodyJSON  # noqa: E402

__all__ = ["BodyJSON", "attach"]
