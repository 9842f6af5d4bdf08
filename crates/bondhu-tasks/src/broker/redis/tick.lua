-- Remembers the state of a schedule's entry and sends its messages, unless a newer leader has been seen.
-- KEYS: 1 the schedule, 2 its newest fence, then a list for each message.
-- ARGV: 1 fence, 2 entry, 3 state, then the messages. Reply: 1 if it was done.
local newest = tonumber(redis.call('GET', KEYS[2]) or '0')
if newest > tonumber(ARGV[1]) then return 0 end
if newest < tonumber(ARGV[1]) then redis.call('SET', KEYS[2], ARGV[1]) end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
for i = 4, #ARGV do redis.call('LPUSH', KEYS[i - 1], ARGV[i]) end
return 1
