"""A hub for one machine: anybody may log in with one word, every learner has an own folder and runs as one system user.

For trying only: on a real hub the authenticator is that of the house, and learners are kept apart by the system.
"""

import os
import sys
from pathlib import Path

work = Path(os.environ["HUB_WORK"])
c = get_config()  # noqa: F821
c.JupyterHub.bind_url = os.environ["HUB_URL"]
c.JupyterHub.hub_port = int(os.environ["HUB_INNER_PORT"])
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{os.environ['HUB_PROXY_PORT']}"
c.ConfigurableHTTPProxy.command = os.environ["HUB_PROXY"].split()
c.JupyterHub.db_url = f"sqlite:///{work}/hub.sqlite"
c.JupyterHub.cookie_secret_file = str(work / "cookie_secret")
c.ConfigurableHTTPProxy.pid_file = str(work / "proxy.pid")
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = os.environ["HUB_PASSWORD"]
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = str(work / "home" / "{username}")
c.Spawner.cmd = [str(Path(sys.executable).with_name("jupyterhub-singleuser"))]
c.Spawner.args = ["--allow-root"]
c.Spawner.start_timeout = c.Spawner.http_timeout = 180
c.JupyterHub.services = [{"name": "driver", "api_token": os.environ["HUB_TOKEN"]}]
c.JupyterHub.load_roles = [{"name": "driver", "services": ["driver"],
                            "scopes": ["admin:users", "admin:servers", "access:servers"]}]
