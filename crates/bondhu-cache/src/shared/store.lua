-- Keeps what was loaded, if the right to load it is still ours: whoever drops the key takes the right away as well.
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
redis.call('DEL', KEYS[2])
-- Read, so that the server tells of the next change: our own write has ended that.
redis.call('EXISTS', KEYS[1])
return 1
