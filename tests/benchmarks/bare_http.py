"""The baseline of the network's benchmarks: httpx in a plain loop, told by lines what to ask.

Each line on stdin is JSON: `{"method": "GET", "paths": ["giftcards/…"]}`. The answer is a line
with the seconds that all of its requests took, one after the other.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time

import httpx


async def main() -> None:
    """Ask until stdin ends."""
    headers = {"Authorization": f"Bearer {os.environ['GIFTILL_TOKEN']}"}
    url = os.environ["GIFTILL_API_URL"]
    async with httpx.AsyncClient(base_url=url, headers=headers, trust_env=False) as client:
        print("ready", flush=True)
        for line in sys.stdin:
            order = json.loads(line)
            started = time.perf_counter()
            for path in order["paths"]:
                answer = await client.request(order["method"], path)
                answer.raise_for_status()
            print(time.perf_counter() - started, flush=True)


if __name__ == "__main__":
    asyncio.run(main())
