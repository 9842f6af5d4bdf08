-- Takes messages, after what has fallen due and what its worker has left behind went back into its queue.
-- KEYS: 1 unacked, 2 unacked_index, 3 leases, 4 due, 5 parked, 6 poison, then the lists in the order to take from.
-- ARGV: 1 how many, 2 lease in ms, 3 visibility timeout in s (0: leave Python's messages alone), 4 key prefix,
--       then for each list the JSON text of its queue's name.
-- Reply: {messages, ms until something falls due or a lease ends, or -1}; a message is
--        {tag, raw, number of its list, redelivered, crashes}.
-- Messages are never written again from what was decoded: numbers and empty lists would not survive that.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local prefix = ARGV[4]
local again = -1

local function sooner(at)
    if again < 0 or at - now < again then again = math.max(at - now, 0) end
end

local function list_of(message)
    local properties = message.properties
    local priority = tonumber(properties.priority) or 0
    local step = math.min(math.max(math.floor(priority / 3) * 3, 0), 9)
    local queue = prefix .. properties.delivery_info.routing_key
    if step > 0 then queue = queue .. '\006\022' .. step end
    return queue
end

-- Writes into the text of a message that it was given back, and how often its worker vanished.
local function marked(raw, message)
    local crashes = (tonumber(message.headers.crashes) or 0) + 1
    if message.headers.crashes then
        raw = raw:gsub('"crashes"%s*:%s*%d+', '"crashes":' .. crashes, 1)
    else
        raw = raw:gsub('"headers"%s*:%s*{', '%0"crashes":' .. crashes .. ',', 1)
    end
    if not message.headers.redelivered then
        raw = raw:gsub('"headers"%s*:%s*{', '%0"redelivered":true,', 1)
        raw = raw:gsub('"delivery_info"%s*:%s*{', '%0"redelivered":true,', 1)
    end
    return raw
end

local function put_back(tag)
    local entry = redis.call('HGET', KEYS[1], tag)
    if entry then
        local raw = entry:match('^%[(.*),%s*"[^"]*",%s*"[^"]*"%]$')
        local ok, message = pcall(cjson.decode, raw or '')
        if ok then redis.call('RPUSH', list_of(message), marked(raw, message)) end
    else
        entry = redis.call('HGET', KEYS[6], tag)
        if entry then
            local queue, raw = entry:match('^(.-)\n(.*)$')
            redis.call('RPUSH', queue, raw)
            redis.call('HDEL', KEYS[6], tag)
        end
    end
    redis.call('HDEL', KEYS[1], tag)
    redis.call('ZREM', KEYS[2], tag)
    redis.call('ZREM', KEYS[3], tag)
end

local due = redis.call('ZRANGE', KEYS[4], 0, 100, 'WITHSCORES')
local ready = {}
for i = 1, #due, 2 do
    if tonumber(due[i + 1]) <= now then ready[#ready + 1] = due[i] else sooner(tonumber(due[i + 1])) break end
end
if #ready > 0 then
    local raws = redis.call('HMGET', KEYS[5], unpack(ready))
    -- The earliest is pushed last, so it is the first to be taken.
    for i = #ready, 1, -1 do
        if raws[i] then redis.call('RPUSH', list_of(cjson.decode(raws[i])), raws[i]) end
    end
    redis.call('ZREM', KEYS[4], unpack(ready))
    redis.call('HDEL', KEYS[5], unpack(ready))
    if #ready > 100 then sooner(now) end
end

local leases = redis.call('ZRANGE', KEYS[3], 0, 100, 'WITHSCORES')
for i = 1, #leases, 2 do
    if tonumber(leases[i + 1]) <= now then put_back(leases[i]) else sooner(tonumber(leases[i + 1])) break end
end
local visibility = tonumber(ARGV[3])
if visibility > 0 then
    local left = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', time[1] - visibility, 'LIMIT', 0, 100)
    for _, tag in ipairs(left) do
        if not redis.call('ZSCORE', KEYS[3], tag) then put_back(tag) end
    end
end

local wanted = tonumber(ARGV[1])
local taken, index, held, entries = {}, {}, {}, {}
for number = 7, #KEYS do
    if wanted <= #taken then break end
    local raws = redis.call('RPOP', KEYS[number], wanted - #taken)
    for _, raw in ipairs(raws or {}) do
        local ok, message = pcall(cjson.decode, raw)
        local tag = ok and type(message) == 'table' and type(message.properties) == 'table'
            and message.properties.delivery_tag
        local headers = ok and type(message) == 'table' and type(message.headers) == 'table' and message.headers or {}
        local info = tag and type(message.properties.delivery_info) == 'table'
        if type(tag) == 'string' and tag ~= '' and info and type(message.properties.delivery_info.routing_key) == 'string' then
            entries[#entries + 1] = tag
            entries[#entries + 1] = '[' .. raw .. ',"",' .. ARGV[number - 2] .. ']'
            index[#index + 1] = time[1] .. '.' .. string.format('%06d', time[2])
            index[#index + 1] = tag
        else
            tag = 'poison-' .. time[1] .. time[2] .. '-' .. #taken .. '-' .. redis.sha1hex(raw):sub(1, 12)
            redis.call('HSET', KEYS[6], tag, KEYS[number] .. '\n' .. raw)
        end
        held[#held + 1] = now + ARGV[2]
        held[#held + 1] = tag
        taken[#taken + 1] = {tag, raw, number - 7, headers.redelivered and 1 or 0, tonumber(headers.crashes) or 0}
    end
end
if #entries > 0 then
    redis.call('HSET', KEYS[1], unpack(entries))
    redis.call('ZADD', KEYS[2], unpack(index))
end
if #held > 0 then
    redis.call('ZADD', KEYS[3], unpack(held))
    sooner(now + ARGV[2])
end
return {taken, again}
