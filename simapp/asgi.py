"""HTTP and sockets in one application; sockets come from allowed hosts only, with the member's session."""

from __future__ import annotations

import os

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.asgi import get_asgi_application

from simapp.stack.process import follow_parent_from_environment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "simapp.settings")
follow_parent_from_environment()

# Before the routes are imported: they reach for models, and the apps must be loaded by then.
http = get_asgi_application()

from simapp.live.routing import websocket_urlpatterns  # noqa: E402 - see above
from simapp.web.ahead import load_ahead  # noqa: E402
from simapp.web.body_limit import BodyLimit  # noqa: E402
from simapp.web.socket_gate import SocketGate  # noqa: E402

sockets = AllowedHostsOriginValidator(AuthMiddlewareStack(SocketGate(websocket_urlpatterns)))
application = ProtocolTypeRouter({"http": BodyLimit(http), "websocket": sockets})
load_ahead()
