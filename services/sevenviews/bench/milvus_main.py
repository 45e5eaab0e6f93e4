"""`python -m sevenviews.bench.milvus_main DIRECTORY PORT`: a Milvus server for as long as standard input is open.

So it ends with whoever started it, however that ends. Prints "started" when it answers.
"""

from __future__ import annotations

import sys


def main() -> None:
    from milvus import MilvusServer

    directory, port = sys.argv[1:]
    server = MilvusServer()
    server.set_base_dir(directory)
    server.listen_port = int(port)
    try:
        server.start()
        if server.listen_port != int(port):
            raise SystemExit(f"port {port} was taken meanwhile")
        print("started", flush=True)
        sys.stdin.read()
    finally:
        server.stop()


if __name__ == "__main__":
    main()
