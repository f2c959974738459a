"""nginx and haproxy as anybody runs them before several replicas: round robin, no stickiness."""

import asyncio
import contextlib
import shutil
import time
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

import services
from ports import reserved_port

STARTING = 60.0
NGINX = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log stderr warn;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
    uwsgi_temp_path {folder}; scgi_temp_path {folder};
    upstream replicas {{ {servers} }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://replicas;
            proxy_http_version 1.1;
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $remote_addr;
            {header}
            proxy_buffering off;
            proxy_read_timeout 1h;
        }}
    }}
}}
"""
HAPROXY = """
defaults
    mode http
    timeout connect 30s
    timeout check 30s
    timeout client 1h
    timeout server 1h
    retries 3
    option redispatch 1
frontend front
    bind 127.0.0.1:{port}
    default_backend replicas
backend replicas
    balance roundrobin
    option forwardfor
    option httpchk GET /ready
    {servers}
"""


@contextlib.asynccontextmanager
async def balanced(kind: str, ports: Sequence[int], folder: Path, header: str = "") -> AsyncGenerator[str]:
    """The URL of a balancer before the replicas at `ports`; nginx adds `header` to each request."""
    services.require(kind)
    port, file = reserved_port(), folder / f"{kind}.conf"
    program = shutil.which(kind, path=services.SBIN) or kind
    if kind == "nginx":
        servers = " ".join(f"server 127.0.0.1:{replica} max_fails=0;" for replica in ports)
        text, arguments = NGINX, ["-p", str(folder), "-c", str(file)]
    else:
        lines = (f"server r{replica} 127.0.0.1:{replica} check inter 200ms" for replica in ports)
        servers, text, arguments = "\n    ".join(lines), HAPROXY, ["-db", "-f", str(file)]
    added = f"proxy_set_header {header};" if header else ""
    file.write_text(text.format(folder=folder, servers=servers, port=port, header=added))
    process = await asyncio.create_subprocess_exec(program, *arguments, stderr=asyncio.subprocess.DEVNULL)
    try:
        await listening(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        await process.wait()


async def listening(port: int, process: asyncio.subprocess.Process) -> None:
    """Until the port accepts: these programs do not say when. One that does not in a minute never will."""
    began = time.monotonic()
    while process.returncode is None and time.monotonic() - began < STARTING:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"nothing listens on {port}; the program's exit code is {process.returncode}")
