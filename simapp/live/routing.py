"""Which socket path leads to which consumer."""

from __future__ import annotations

from django.urls import path

from simapp.live.consumers import RunConsumer
from simapp.runs.messages import SOCKET_ROUTE

websocket_urlpatterns = [path(SOCKET_ROUTE, RunConsumer.as_asgi(), name="run-socket")]
