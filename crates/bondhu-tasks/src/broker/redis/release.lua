-- Lets a unique key go. KEYS: 1 the key. ARGV: 1 the task that should hold it.
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
