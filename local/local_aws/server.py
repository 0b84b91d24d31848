"""The server process: MiniStack with the extension in it. `up` starts it; see there for its environment."""

from __future__ import annotations

import os
import signal
import sys
import threading

from . import actions, cloud_control, native_types, registry_types
from . import ministack_internals as ministack
from .clients import Clients
from .credentials import Roles
from .driver import Driver
from .functions import LambdaFunctions, RealClock
from .registry import Registry
from .settings import Settings, service_endpoints
from .template_types import TemplateTypes


def extend(settings: Settings) -> None:
    """Adds what MiniStack, which runs in this process, lacks."""
    ministack.check()
    ministack.install()
    clients = Clients(settings.endpoint, read_timeout=settings.function_seconds + 15)
    driver = Driver(settings, LambdaFunctions(clients), Roles(clients), RealClock())
    types = TemplateTypes(driver)
    registry = Registry(clients, settings.function_seconds, types.changed)
    types.registry = registry
    actions.install(registry)
    registry_types.install(registry)
    cloud_control.install(registry, driver)
    native_types.install(service_endpoints())


def _end_with_parent() -> None:
    """Whoever started the server holds the other end of its standard input: when that closes, the server ends."""
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    try:
        extend(Settings.from_environment())
    except ministack.MiniStackChanged as error:
        raise SystemExit(str(error)) from error
    if os.environ.get("LOCAL_AWS_END_WITH_STDIN") == "1":
        threading.Thread(target=_end_with_parent, daemon=True).start()
    sys.argv = ["ministack"]
    ministack.main()


if __name__ == "__main__":
    main()
