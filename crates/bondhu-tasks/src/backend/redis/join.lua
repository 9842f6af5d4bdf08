-- Counts the end of a chord's member, and claims the body if it was the last. Peers of Celery 5.6 count by .j alone;
-- those of 5.7 also keep .d (members that were counted) and .c (who runs the body, then `done`).
-- KEYS: 1 .j, 2 .t, 3 .s, 4 .d, 5 .c. ARGV: 1 member's value, 2 its place or +inf, 3 `id:place`, 4 seconds to keep,
--       5 claim, 6 seconds of the claim. Reply: the values of all members for the one who has the claim, else false.
-- A member of a chord that is over ends again; or of one that is sent anew under the same ids, before its sender has
-- taken `done` away. So it is counted and nothing follows.
local is_over = redis.call('GET', KEYS[5]) == 'done'
if redis.call('SADD', KEYS[4], ARGV[3]) == 1 then
    redis.call('ZADD', KEYS[1], 'NX', ARGV[2], ARGV[1])
end
for i = 1, 4 do redis.call('EXPIRE', KEYS[i], ARGV[4]) end
if is_over then return false end
local size = tonumber(redis.call('GET', KEYS[3]))
if not size then return false end
size = size + tonumber(redis.call('GET', KEYS[2]) or '0')
if redis.call('ZCARD', KEYS[1]) < size then return false end
if not redis.call('SET', KEYS[5], ARGV[5], 'NX', 'EX', ARGV[6]) then return false end
return redis.call('ZRANGE', KEYS[1], 0, -1)
