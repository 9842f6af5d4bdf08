-- The value, if somebody has put it there meanwhile; else the right to load it: 1 if it is ours now, 0 if somebody has it.
-- Reading the key here also has the server tell us of its next change.
local value = redis.call('GET', KEYS[1])
if value then return value end
if redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
return 0
