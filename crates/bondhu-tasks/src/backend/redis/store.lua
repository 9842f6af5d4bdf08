-- Stores results and tells those who wait for them; a stored SUCCESS is never replaced.
-- KEYS: the results' keys, which are the names of their channels too. ARGV: 1 seconds to keep them, then the results.
for i, key in ipairs(KEYS) do
    local known = redis.call('GET', key)
    local is_success = known and known:find('"status"%s*:%s*"SUCCESS"')
    if not is_success then
        redis.call('SET', key, ARGV[i + 1], 'EX', ARGV[1])
        redis.call('PUBLISH', key, ARGV[i + 1])
    end
end
return #KEYS
