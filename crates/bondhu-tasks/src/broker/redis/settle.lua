-- Ends a delivery and puts something in its place, once: nothing happens if the delivery is over already.
-- KEYS: 1 unacked, 2 unacked_index, 3 leases, 4 poison, 5 and 6 as the action needs.
-- ARGV: 1 tag, 2 action, then
--   park: 3 tag, 4 ms at which it is due, 5 message          (5 due, 6 parked)
--   bury: 3 id, 4 ms of its death, 5 letter, 6 how many stay (5 dead, 6 letters)
--   front, back: 3 message                                   (5 its list)
-- Reply: 1 if it was there.
local there = redis.call('HDEL', KEYS[1], ARGV[1]) + redis.call('HDEL', KEYS[4], ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
if there == 0 then return 0 end
if ARGV[2] == 'park' then
    redis.call('ZADD', KEYS[5], ARGV[4], ARGV[3])
    redis.call('HSET', KEYS[6], ARGV[3], ARGV[5])
elseif ARGV[2] == 'bury' then
    redis.call('ZADD', KEYS[5], ARGV[4], ARGV[3])
    redis.call('HSET', KEYS[6], ARGV[3], ARGV[5])
    local old = redis.call('ZRANGE', KEYS[5], 0, -1 - ARGV[6])
    if #old > 0 then
        redis.call('ZREM', KEYS[5], unpack(old))
        redis.call('HDEL', KEYS[6], unpack(old))
    end
elseif ARGV[2] == 'front' then
    redis.call('RPUSH', KEYS[5], ARGV[3])
else
    redis.call('LPUSH', KEYS[5], ARGV[3])
end
return 1
