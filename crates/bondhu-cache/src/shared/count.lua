-- Adds to a counter; its window begins with the first. Answers the sum and how many milliseconds the window has left.
local sum = redis.call('INCRBY', KEYS[1], ARGV[2])
local left = redis.call('PTTL', KEYS[1])
if left < 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
  left = tonumber(ARGV[1])
end
return {sum, left}
