use bondhu_cache::engine::Engine;
use bondhu_upstash::{Options, Token, read_tokens};
use reqwest::Method;

use crate::start::{READER, TOKEN, on_memory, on_redis, redis_options, with_tokens};

#[tokio::test]
async fn nobody_gets_in_without_a_token() {
    let gateway = on_memory().await;
    let refused = r#"{"error":"WRONGPASS invalid or missing auth token"}"#;
    let ping = r#"["ping"]"#;
    for headers in [
        &[][..],
        &[("authorization", "Bearer wrong")],
        &[("authorization", "Bearer ")],
        &[("authorization", "Basic standard")],
        &[("authorization", "Bearer standardx")],
    ] {
        assert_eq!(gateway.ask(Method::POST, "/", None, headers, ping).await, (401, refused.to_owned()), "{headers:?}");
    }
    for headers in [[("authorization", "bearer standard")], [("Authorization", "standard")]] {
        assert_eq!(gateway.ask(Method::POST, "/", None, &headers, ping).await.0, 200, "{headers:?}");
    }
}

#[tokio::test]
async fn without_a_token_the_gateway_is_off_and_says_what_to_set() {
    let gateway = with_tokens(Vec::new(), Options::default()).await;
    let (status, body) = gateway.post("/", r#"["ping"]"#).await;
    assert_eq!(status, 401);
    assert!(body.contains("UPSTASH_REDIS_REST_TOKEN"), "{body}");
    let empty = with_tokens(vec![Token::standard("", Engine::memory(1 << 20))], Options::default()).await;
    assert_eq!(empty.ask(Method::GET, "/ping?_token=", None, &[], "").await.0, 401, "an empty token opens nothing");
}

#[tokio::test]
async fn a_reader_reads() {
    let (_redis, on_redis) = on_redis().await;
    for gateway in [on_redis, on_memory().await] {
        gateway.run("set a 1").await;
        let ask = async |path: &str, body: &'static str| gateway.ask(Method::POST, path, Some(READER), &[], body).await;
        assert_eq!(ask("/", r#"["get","a"]"#).await, (200, r#"{"result":"1"}"#.to_owned()));
        let refused = "NOPERM this user has no permissions to run the 'set' command or its subcommand";
        assert_eq!(ask("/", r#"["SET","a",2]"#).await, (400, format!(r#"{{"error":"{refused}"}}"#)));
        let (status, body) = ask("/pipeline", r#"[["get","a"],["set","a",2],["keys","*"],["scan",0]]"#).await;
        assert_eq!((status, body.matches("NOPERM").count()), (200, 3), "{body}");
        assert_eq!(ask("/multi-exec", r#"[["get","a"],["set","a",2]]"#).await.0, 400);
        assert_eq!(ask("/monitor", "").await.0, 400);
        assert_eq!(gateway.run("get a").await, r#"{"result":"1"}"#);
    }
}

#[tokio::test]
async fn a_token_can_carry_a_user_of_the_server() {
    let (redis, gateway) = on_redis().await;
    redis.cli(["acl", "setuser", "asha", "on", ">pass word", "~asha:*", "+@all"]).unwrap();
    let (status, body) = gateway.post("/", r#"["ACL","RESTTOKEN","asha","pass word"]"#).await;
    assert_eq!(status, 200, "{body}");
    let token = body.split('"').nth(3).unwrap().to_owned();
    let ask = async |body: &'static str| gateway.ask(Method::POST, "/", Some(&token), &[], body).await;
    assert_eq!(ask(r#"["set","asha:1","x"]"#).await.0, 200);
    let (status, refused) = ask(r#"["set","other","x"]"#).await;
    assert!(status == 400 && refused.contains("NOPERM"), "{refused}");
    assert_eq!(ask(r#"["acl","resttoken","asha","pass word"]"#).await.0, 400, "such a token makes no other");

    let (status, body) = gateway.post("/", r#"["acl","resttoken","asha","wrong"]"#).await;
    assert_eq!((status, body.contains("does not exist")), (400, true), "{body}");
    redis.cli(["acl", "deluser", "asha"]).unwrap();
    let (status, _) = ask(r#"["get","asha:1"]"#).await;
    assert!(status >= 400, "the token ends with its user");

    let reader = gateway.ask(Method::POST, "/", Some(READER), &[], r#"["acl","resttoken","asha","x"]"#).await;
    assert_eq!(reader.0, 400);
    let memory = on_memory().await;
    let (status, body) = memory.post("/", r#"["acl","resttoken","a","b"]"#).await;
    assert!(status == 400 && body.contains("REDIS_URL"), "{body}");
}

#[tokio::test]
async fn one_gateway_leads_to_several_databases() {
    let (redis, _) = on_redis().await;
    let folder = std::env::temp_dir().join(format!("bondhu-tokens-{}", std::process::id()));
    let file = folder.with_extension("json");
    let (one, two) = (redis.url(), redis.url().replace("/0", "/1"));
    // The names of the pool are what serverless-redis-http has in such a file.
    let json = format!(
        r#"{{"one": {{"srh_id": "a", "connection_string": "{one}", "max_connections": 3}},
            "two": {{"connection_string": "{two}"}}, "reads": {{"connection_string": "{two}", "read_only": true}}}}"#
    );
    std::fs::write(&file, json).unwrap();
    let gateway = with_tokens(read_tokens(&file, &redis_options()).unwrap(), Options::default()).await;
    let ask = async |token: &str, path: &str| gateway.ask(Method::GET, path, Some(token), &[], "").await;
    ask("one", "/set/where/one").await;
    ask("two", "/set/where/two").await;
    assert_eq!(ask("one", "/get/where").await.1, r#"{"result":"one"}"#);
    assert_eq!(ask("reads", "/get/where").await.1, r#"{"result":"two"}"#);
    assert_eq!(ask("reads", "/del/where").await.0, 400);
    assert_eq!(ask(TOKEN, "/ping").await.0, 401);

    for (text, told) in
        [("{", "line 1"), ("{}", "no token"), (r#"{"secret": {"connection_string": "ftp://x"}}"#, "number 1")]
    {
        std::fs::write(&file, text).unwrap();
        let error = read_tokens(&file, &redis_options()).unwrap_err().to_string();
        assert!(error.contains(told) && !error.contains("secret"), "{error}");
    }
    std::fs::remove_file(&file).unwrap();
    assert!(read_tokens(&file, &redis_options()).unwrap_err().to_string().contains("cannot be read"));
}
