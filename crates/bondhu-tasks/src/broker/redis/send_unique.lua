-- Sends a message if its unique key is free, and takes the key.
-- KEYS: 1 the key, 2 the list. ARGV: 1 id of the task, 2 ms to hold the key, 3 the message.
-- Reply: the id of the task that holds the key.
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return holder end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('LPUSH', KEYS[2], ARGV[3])
return ARGV[1]
