-- Is done with deliveries.
-- KEYS: 1 unacked, 2 unacked_index, 3 leases, 4 poison. ARGV: tags.
redis.call('HDEL', KEYS[1], unpack(ARGV))
redis.call('ZREM', KEYS[2], unpack(ARGV))
redis.call('ZREM', KEYS[3], unpack(ARGV))
for _, tag in ipairs(ARGV) do
    if tag:sub(1, 7) == 'poison-' then redis.call('HDEL', KEYS[4], tag) end
end
return #ARGV
