-- Sends a dead letter again. KEYS: 1 dead, 2 letters, 3 the list. ARGV: 1 id, 2 message. Reply: 1 if it was there.
if redis.call('HDEL', KEYS[2], ARGV[1]) == 0 then return 0 end
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('LPUSH', KEYS[3], ARGV[2])
return 1
