//! Every command that this engine has.

#![expect(clippy::unnecessary_wraps, reason = "all commands have one shape, whether they can fail or not")]

use super::{Answer, data::Data, hashes, keys, lists, sets, strings, zsets};
use crate::engine::Reply;

/// A command.
pub(super) struct Spec {
    /// In lower case.
    pub(super) name: &'static str,
    /// How many words it takes, its name included.
    pub(super) least: usize,
    pub(super) most: Option<usize>,
    /// Whether it is refused when the memory is full.
    pub(super) grows: bool,
    pub(super) run: fn(&mut Data, &[&[u8]]) -> Answer,
}

type Run = fn(&mut Data, &[&[u8]]) -> Answer;

const fn spec(name: &'static str, least: usize, most: Option<usize>, grows: bool, run: Run) -> Spec {
    Spec { name, least, most, grows, run }
}

/// So many words, no more and no less.
const fn exact(name: &'static str, words: usize, run: Run) -> Spec {
    spec(name, words, Some(words), false, run)
}

const fn at_least(name: &'static str, words: usize, run: Run) -> Spec {
    spec(name, words, None, false, run)
}

const fn growing(Spec { name, least, most, run, .. }: Spec) -> Spec {
    Spec { name, least, most, grows: true, run }
}

/// The command of this name, in any case.
pub(super) fn find(name: &[u8]) -> Option<&'static Spec> {
    let mut lower = [0; 32];
    let lower = lower.get_mut(..name.len())?;
    lower.copy_from_slice(name);
    lower.make_ascii_lowercase();
    let at = SPECS.binary_search_by(|spec| spec.name.as_bytes().cmp(lower)).ok()?;
    SPECS.get(at)
}

fn elsewhere(_: &mut Data, _: &[&[u8]]) -> Answer {
    unreachable!("messages are carried out beside the data")
}

fn echo(_: &mut Data, words: &[&[u8]]) -> Answer {
    Ok(Reply::bulk(words[0]))
}

fn ping(_: &mut Data, words: &[&[u8]]) -> Answer {
    Ok(words.first().map_or(Reply::Status("PONG".into()), Reply::bulk))
}

/// In the order of their names.
static SPECS: &[Spec] = &[
    growing(exact("append", 3, strings::append)),
    spec("copy", 3, None, true, keys::copy),
    exact("dbsize", 1, keys::dbsize),
    exact("decr", 2, strings::decr),
    exact("decrby", 3, strings::decrby),
    at_least("del", 2, keys::del),
    exact("echo", 2, echo),
    at_least("exists", 2, keys::exists),
    at_least("expire", 3, keys::expire),
    at_least("expireat", 3, keys::expireat),
    exact("expiretime", 2, keys::expiretime),
    spec("flushall", 1, Some(2), false, keys::flush),
    spec("flushdb", 1, Some(2), false, keys::flush),
    exact("get", 2, strings::get),
    exact("getdel", 2, strings::getdel),
    at_least("getex", 2, strings::getex),
    exact("getrange", 4, strings::getrange),
    growing(exact("getset", 3, strings::getset)),
    at_least("hdel", 3, hashes::hdel),
    exact("hexists", 3, hashes::hexists),
    exact("hget", 3, hashes::hget),
    exact("hgetall", 2, hashes::hgetall),
    growing(exact("hincrby", 4, hashes::hincrby)),
    growing(exact("hincrbyfloat", 4, hashes::hincrbyfloat)),
    exact("hkeys", 2, hashes::hkeys),
    exact("hlen", 2, hashes::hlen),
    at_least("hmget", 3, hashes::hmget),
    growing(at_least("hmset", 4, hashes::hmset)),
    spec("hrandfield", 2, Some(4), false, hashes::hrandfield),
    at_least("hscan", 3, hashes::hscan),
    growing(at_least("hset", 4, hashes::hset)),
    growing(exact("hsetnx", 4, hashes::hsetnx)),
    exact("hstrlen", 3, hashes::hstrlen),
    exact("hvals", 2, hashes::hvals),
    growing(exact("incr", 2, strings::incr)),
    growing(exact("incrby", 3, strings::incrby)),
    growing(exact("incrbyfloat", 3, strings::incrbyfloat)),
    exact("keys", 2, keys::keys),
    exact("lindex", 3, lists::lindex),
    growing(exact("linsert", 5, lists::linsert)),
    exact("llen", 2, lists::llen),
    growing(exact("lmove", 5, lists::lmove)),
    spec("lpop", 2, Some(3), false, lists::lpop),
    at_least("lpos", 3, lists::lpos),
    growing(at_least("lpush", 3, lists::lpush)),
    growing(at_least("lpushx", 3, lists::lpushx)),
    exact("lrange", 4, lists::lrange),
    exact("lrem", 4, lists::lrem),
    growing(exact("lset", 4, lists::lset)),
    exact("ltrim", 4, lists::ltrim),
    at_least("mget", 2, strings::mget),
    growing(at_least("mset", 3, strings::mset)),
    growing(at_least("msetnx", 3, strings::msetnx)),
    exact("persist", 2, keys::persist),
    at_least("pexpire", 3, keys::pexpire),
    at_least("pexpireat", 3, keys::pexpireat),
    exact("pexpiretime", 2, keys::pexpiretime),
    spec("ping", 1, Some(2), false, ping),
    growing(exact("psetex", 4, strings::psetex)),
    exact("pttl", 2, keys::pttl),
    exact("publish", 3, elsewhere),
    at_least("pubsub", 2, elsewhere),
    exact("randomkey", 1, keys::randomkey),
    exact("rename", 3, keys::rename),
    exact("renamenx", 3, keys::renamenx),
    spec("rpop", 2, Some(3), false, lists::rpop),
    growing(exact("rpoplpush", 3, lists::rpoplpush)),
    growing(at_least("rpush", 3, lists::rpush)),
    growing(at_least("rpushx", 3, lists::rpushx)),
    growing(at_least("sadd", 3, sets::sadd)),
    at_least("scan", 2, keys::scan),
    exact("scard", 2, sets::scard),
    at_least("sdiff", 2, sets::sdiff),
    growing(at_least("sdiffstore", 3, sets::sdiffstore)),
    growing(at_least("set", 3, strings::set)),
    growing(exact("setex", 4, strings::setex)),
    growing(exact("setnx", 3, strings::setnx)),
    growing(exact("setrange", 4, strings::setrange)),
    at_least("sinter", 2, sets::sinter),
    at_least("sintercard", 3, sets::sintercard),
    growing(at_least("sinterstore", 3, sets::sinterstore)),
    exact("sismember", 3, sets::sismember),
    exact("smembers", 2, sets::smembers),
    at_least("smismember", 3, sets::smismember),
    exact("smove", 4, sets::smove),
    spec("spop", 2, Some(3), false, sets::spop),
    spec("srandmember", 2, Some(3), false, sets::srandmember),
    at_least("srem", 3, sets::srem),
    at_least("sscan", 3, sets::sscan),
    exact("strlen", 2, strings::strlen),
    exact("substr", 4, strings::getrange),
    at_least("sunion", 2, sets::sunion),
    growing(at_least("sunionstore", 3, sets::sunionstore)),
    exact("time", 1, keys::time),
    at_least("touch", 2, keys::exists),
    exact("ttl", 2, keys::ttl),
    exact("type", 2, keys::kind),
    at_least("unlink", 2, keys::del),
    growing(at_least("zadd", 4, zsets::zadd)),
    exact("zcard", 2, zsets::zcard),
    exact("zcount", 4, zsets::zcount),
    at_least("zdiff", 3, zsets::zdiff),
    growing(at_least("zdiffstore", 4, zsets::zdiffstore)),
    growing(exact("zincrby", 4, zsets::zincrby)),
    at_least("zinter", 3, zsets::zinter),
    growing(at_least("zinterstore", 4, zsets::zinterstore)),
    exact("zlexcount", 4, zsets::zlexcount),
    at_least("zmscore", 3, zsets::zmscore),
    spec("zpopmax", 2, Some(3), false, zsets::zpopmax),
    spec("zpopmin", 2, Some(3), false, zsets::zpopmin),
    spec("zrandmember", 2, Some(4), false, zsets::zrandmember),
    at_least("zrange", 4, zsets::zrange),
    at_least("zrangebylex", 4, zsets::zrangebylex),
    at_least("zrangebyscore", 4, zsets::zrangebyscore),
    growing(at_least("zrangestore", 5, zsets::zrangestore)),
    exact("zrank", 3, zsets::zrank),
    at_least("zrem", 3, zsets::zrem),
    exact("zremrangebylex", 4, zsets::zremrangebylex),
    exact("zremrangebyrank", 4, zsets::zremrangebyrank),
    exact("zremrangebyscore", 4, zsets::zremrangebyscore),
    at_least("zrevrange", 4, zsets::zrevrange),
    at_least("zrevrangebylex", 4, zsets::zrevrangebylex),
    at_least("zrevrangebyscore", 4, zsets::zrevrangebyscore),
    exact("zrevrank", 3, zsets::zrevrank),
    at_least("zscan", 3, zsets::zscan),
    exact("zscore", 3, zsets::zscore),
    at_least("zunion", 3, zsets::zunion),
    growing(at_least("zunionstore", 4, zsets::zunionstore)),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_found_in_any_case() {
        assert!(SPECS.is_sorted_by(|one, other| one.name < other.name), "binary search needs the order");
        for spec in SPECS {
            assert_eq!(find(spec.name.to_uppercase().as_bytes()).map(|found| found.name), Some(spec.name));
        }
        assert!(find(b"eval").is_none() && find(b"").is_none() && find(&[b'a'; 40]).is_none());
    }
}
