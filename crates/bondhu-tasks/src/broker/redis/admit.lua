-- Takes one start out of a shared rate (GCRA with a burst of one).
-- KEYS: 1 the rate. ARGV: 1 microseconds between two starts. Reply: microseconds to wait, 0 if it may start.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local next = tonumber(redis.call('GET', KEYS[1]) or '0')
if next > now then return next - now end
redis.call('SET', KEYS[1], string.format('%.0f', now + ARGV[1]), 'PX', math.ceil(ARGV[1] / 1000) + 1000)
return 0
