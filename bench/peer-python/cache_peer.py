"""The cache that a Python service would have: a dictionary in front of redis-py, JSON values, a lifetime.

cache_peer.py URL KEYS VALUE prints, in microseconds: a hit in the dictionary, a value from Redis (p50, p99), a value
that is missing there, loaded and stored (p50, p99).
"""

import json
import sys
import time

import redis

URL, KEYS, VALUE = sys.argv[1], int(sys.argv[2]), json.loads(sys.argv[3])
TTL_SECS = 1800
client = redis.Redis.from_url(URL, protocol=3)


class Cache:
    def __init__(self):
        self.held = {}

    def get_or_load(self, key, load):
        entry = self.held.get(key)
        if entry is not None and entry[0] > time.monotonic():
            return entry[1]
        text = client.get(key)
        if text is None:
            value = load()
            client.set(key, json.dumps(value), ex=TTL_SECS)
        else:
            value = json.loads(text)
        self.held[key] = (time.monotonic() + TTL_SECS, value)
        return value


def timed(cache, load):
    times = []
    for n in range(KEYS):
        begun = time.perf_counter()
        cache.get_or_load(f"personality:context:{n}", load)
        times.append((time.perf_counter() - begun) * 1e6)
    times = sorted(times[1:])
    return times[len(times) // 2], times[len(times) * 99 // 100]


loaded = timed(Cache(), lambda: VALUE)
reader = Cache()
cold = timed(reader, lambda: sys.exit("the value is not on Redis"))
ROUNDS = 200_000
begun = time.perf_counter()
for _ in range(ROUNDS):
    reader.get_or_load("personality:context:" + str(0), None)
held = (time.perf_counter() - begun) * 1e6 / ROUNDS
print(held, *cold, *loaded)
