-- Asks for the lead, or extends it. KEYS: 1 the leader, 2 the fence. ARGV: 1 who asks, 2 ms to hold it.
-- Reply: {fence, 0} for the leader, {0, ms until the hold ends} for others.
local leader = redis.call('GET', KEYS[1])
if leader and leader ~= ARGV[1] then return {0, redis.call('PTTL', KEYS[1])} end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
if leader == ARGV[1] then return {tonumber(redis.call('GET', KEYS[2])), 0} end
return {redis.call('INCR', KEYS[2]), 0}
