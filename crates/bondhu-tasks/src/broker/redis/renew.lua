-- Extends leases, for our peers and for Python's.
-- KEYS: 1 unacked_index, 2 leases. ARGV: 1 lease in ms, then tags.
local time = redis.call('TIME')
local until_ms = time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[1]
for i = 2, #ARGV do
    redis.call('ZADD', KEYS[1], 'XX', time[1], ARGV[i])
    redis.call('ZADD', KEYS[2], 'XX', until_ms, ARGV[i])
end
return #ARGV - 1
