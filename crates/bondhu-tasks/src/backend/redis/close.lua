-- The chord is over. KEYS: 1 .j, 2 .t, 3 .s, 4 .d, 5 .c.
-- ARGV: 1 claim, 2 seconds to remember it, 3 whether the members' results stay until they expire.
if redis.call('GET', KEYS[5]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[2], KEYS[3], KEYS[4])
if ARGV[3] == '0' then redis.call('DEL', KEYS[1]) end
redis.call('SET', KEYS[5], 'done', 'EX', ARGV[2])
return 1
