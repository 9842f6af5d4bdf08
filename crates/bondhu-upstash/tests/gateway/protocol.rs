use reqwest::Method;

use crate::start::{READER, TOKEN, on_memory, on_redis};

fn answer(status: u16, body: &str) -> (u16, String) {
    (status, body.to_owned())
}

#[tokio::test]
async fn a_path_is_a_command() {
    let (_redis, on_redis) = on_redis().await;
    for gateway in [on_redis, on_memory().await] {
        assert_eq!(gateway.get("/set/foo/bar").await, answer(200, r#"{"result":"OK"}"#));
        assert_eq!(gateway.get("/get/foo").await, answer(200, r#"{"result":"bar"}"#));
        assert_eq!(gateway.get("/get/foo/").await, answer(200, r#"{"result":"bar"}"#));
        assert_eq!(gateway.post("/set/body?EX=100", "a/b c").await, answer(200, r#"{"result":"OK"}"#));
        assert_eq!(gateway.get("/get/body").await, answer(200, r#"{"result":"a/b c"}"#));
        assert_eq!(gateway.get("/ttl/body").await, answer(200, r#"{"result":100}"#));
        assert_eq!(gateway.get("/set/a%2Fb/c%20d").await.0, 200);
        assert_eq!(gateway.get("/mget/a%2Fb/nothing").await, answer(200, r#"{"result":["c d",null]}"#));
        let put = gateway.ask(Method::PUT, "/set/put", Some(TOKEN), &[], vec![0xff, b'x']).await;
        assert_eq!(put, answer(200, r#"{"result":"OK"}"#));
        assert_eq!(gateway.get("/get/put").await, answer(200, "{\"result\":\"\u{fffd}x\"}"), "no UTF-8");
        let base64 = gateway.ask(Method::GET, "/get/put", Some(TOKEN), &[("upstash-encoding", "base64")], "").await;
        assert_eq!(base64, answer(200, r#"{"result":"/3g="}"#), "and nothing is lost in base64");
        assert_eq!(gateway.get("/").await, answer(400, r#"{"error":"ERR empty command"}"#));
        assert_eq!(gateway.get("/pipeline").await.0, 405);
    }
}

#[tokio::test]
async fn what_the_query_says_about_the_token_is_not_part_of_the_command() {
    let gateway = on_memory().await;
    let ask = async |path: &str, token| gateway.ask(Method::GET, path, token, &[], "").await;
    assert_eq!(ask("/set/k/v?_token=standard&EX=100", None).await.0, 200);
    assert_eq!(ask("/ttl/k?_token=standard", None).await, answer(200, r#"{"result":100}"#));
    assert_eq!(ask("/get/k?_token=wrong", Some(TOKEN)).await.0, 401, "the query's token is the one that counts");
    assert_eq!(ask("/get/k?_token=reader", Some("wrong")).await.0, 200);
}

#[tokio::test]
async fn bodies_that_are_no_command_are_refused_in_json() {
    let gateway = on_memory().await;
    for (path, body, status, expected) in [
        ("/", "", 400, r#"{"error":"EOF"}"#),
        ("/", "[", 400, r#"{"error":"ERR failed to parse command"}"#),
        ("/", r#"{"a":1}"#, 400, r#"{"error":"expected JSON array"}"#),
        ("/", "[]", 400, r#"{"error":"ERR empty command"}"#),
        ("/", r#"["get",null]"#, 400, r#"{"error":"ERR null args are not supported"}"#),
        ("/", r#"["get",["a"]]"#, 400, r#"{"error":"ERR unsupported arg type: \"[\": json.Delim"}"#),
        ("/pipeline", "[]", 400, r#"{"error":"ERR empty pipeline request"}"#),
        (
            "/pipeline",
            r#"[["get",null],["ping"]]"#,
            200,
            r#"[{"error":"ERR null args are not supported"},{"result":"PONG"}]"#,
        ),
        ("/pipeline", "[[]]", 200, r#"[{"error":"ERR empty pipeline command"}]"#),
        ("/multi-exec", r#"[["set","a","1"],["get",null]]"#, 400, r#"{"error":"ERR null args are not supported"}"#),
        ("/multi-exec", "no", 400, r#"{"error":"ERR failed to parse command"}"#),
    ] {
        assert_eq!(gateway.post(path, body).await, answer(status, expected), "{path} {body}");
    }
    assert_eq!(gateway.post("/", vec![b'[', b'"', 0xff, b'"', b']']).await.0, 400);
}

#[tokio::test]
async fn numbers_and_booleans_go_as_they_are_written() {
    let (_redis, on_redis) = on_redis().await;
    for gateway in [on_redis, on_memory().await] {
        for (written, text) in
            [("9007199254740993", "9007199254740993"), ("1e+21", "1e+21"), ("true", "true"), ("0.10", "0.10")]
        {
            gateway.post("/", format!(r#"["set","n",{written}]"#)).await;
            assert_eq!(gateway.get("/get/n").await, answer(200, &format!(r#"{{"result":"{text}"}}"#)));
        }
        gateway.run("set n 9223372036854775806").await;
        assert_eq!(gateway.run("incr n").await, r#"{"result":9223372036854775807}"#);
    }
}

#[tokio::test]
async fn base64_leaves_one_word_alone() {
    let (_redis, on_redis) = on_redis().await;
    for gateway in [on_redis, on_memory().await] {
        gateway.run("set ok OK").await;
        let body = r#"[["set","a","b"],["get","ok"],["ping"],["mget","ok","nothing"],["strlen","ok"],["nothing"]]"#;
        let (status, body) =
            gateway.ask(Method::POST, "/pipeline", Some(TOKEN), &[("Upstash-Encoding", "base64")], body).await;
        assert_eq!(status, 200);
        let expected = r#"[{"result":"OK"},{"result":"T0s="},{"result":"UE9ORw=="},{"result":["T0s=",null]},{"result":2},{"error":"ERR"#;
        assert!(body.starts_with(expected), "{body}");
        let wrong = gateway.ask(Method::POST, "/", Some(TOKEN), &[("Upstash-Encoding", "rot13")], r#"["ping"]"#).await;
        assert_eq!(wrong.0, 400);
    }
}

#[tokio::test]
async fn resp2_is_what_the_server_says() {
    let (_redis, on_redis) = on_redis().await;
    for gateway in [on_redis, on_memory().await] {
        let resp2 = [("Upstash-Response-Format", "resp2")];
        let ask =
            async |path: &str, body: &'static str| gateway.ask(Method::POST, path, Some(TOKEN), &resp2, body).await;
        assert_eq!(ask("/", r#"["set","a","b"]"#).await, answer(200, "+OK\r\n"));
        assert_eq!(
            ask("/pipeline", r#"[["get","a"],["incr","n"],["get","x"]]"#).await,
            answer(200, "$1\r\nb\r\n:1\r\n$-1\r\n")
        );
        let (status, body) = ask("/", r#"["incr","a"]"#).await;
        assert_eq!((status, body.as_str()), (400, "-ERR value is not an integer or out of range\r\n"));
        assert_eq!(ask("/multi-exec", r#"[["get","a"]]"#).await, answer(200, r#"[{"result":"b"}]"#), "always JSON");
        let both = [("Upstash-Response-Format", "resp2"), ("Upstash-Encoding", "base64")];
        assert_eq!(gateway.ask(Method::POST, "/", Some(TOKEN), &both, r#"["ping"]"#).await.0, 400);
    }
}

#[tokio::test]
async fn a_transaction_that_cannot_be_queued_is_discarded_in_one_error() {
    let (_redis, on_redis) = on_redis().await;
    for gateway in [on_redis, on_memory().await] {
        let done = gateway.post("/multi-exec", r#"[["set","a","1"],["lpush","a","x"],["incr","a"]]"#).await;
        let wrong_kind = "WRONGTYPE Operation against a key holding the wrong kind of value";
        assert_eq!(done, answer(200, &format!(r#"[{{"result":"OK"}},{{"error":"{wrong_kind}"}},{{"result":2}}]"#)));
        let (status, body) = gateway.post("/multi-exec", r#"[["set","a","5"],["get"]]"#).await;
        assert_eq!((status, body.as_str()), (400, r#"{"error":"ERR wrong number of arguments for 'get' command"}"#));
        let (status, _) = gateway.post("/multi-exec", r#"[["set","a","5"],["blpop","a","0"]]"#).await;
        assert_eq!(status, 400);
        assert_eq!(gateway.run("get a").await, r#"{"result":"2"}"#, "nothing of them was carried out");
    }
}

#[tokio::test]
async fn commands_of_a_connection_never_reach_the_server() {
    let (redis, gateway) = on_redis().await;
    gateway.run("set a 1").await;
    for command in [
        "SELECT 1",
        "MULTI",
        "EXEC",
        "WATCH a",
        "SUBSCRIBE a",
        "CLIENT REPLY OFF",
        "RESET",
        "QUIT",
        "AUTH x",
        "HELLO 3",
        "MONITOR",
        "BLPOP a 0",
        "XREAD BLOCK 0 STREAMS a 0",
        "WAIT 1 0",
        "SHUTDOWN",
        "DEBUG SLEEP 1",
    ] {
        let (status, body) = gateway.get(&format!("/{}", command.replace(' ', "/"))).await;
        // These two names have paths of their own.
        if !command.starts_with("SUBSCRIBE") && !command.starts_with("MONITOR") {
            assert_eq!(status, 400, "{command}");
        }
        assert!(body.contains("is not allowed in REST"), "{command}: {body}");
    }
    assert_eq!(gateway.run("get a").await, r#"{"result":"1"}"#, "the connection is as it was");
    assert!(!redis.cli(["info", "commandstats"]).unwrap().contains("cmdstat_select"));
}

#[tokio::test]
async fn methods_and_browsers() {
    let gateway = on_memory().await;
    for method in [Method::DELETE, Method::PATCH] {
        assert_eq!(gateway.ask(method, "/get/a", Some(TOKEN), &[], "").await, answer(405, ""));
    }
    assert_eq!(gateway.ask(Method::HEAD, "/", Some(TOKEN), &[], "").await.0, 200);
    assert_eq!(gateway.ask(Method::HEAD, "/", Some("wrong"), &[], "").await.0, 401);

    let origin =
        [("Origin", "https://app.example"), ("Access-Control-Request-Headers", "authorization,upstash-encoding")];
    let mut request = gateway.client.request(Method::OPTIONS, format!("{}/pipeline", gateway.url));
    for (name, value) in origin {
        request = request.header(name, value);
    }
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    let headers = response.headers();
    assert_eq!(headers["access-control-allow-origin"], "https://app.example");
    assert_eq!(headers["access-control-allow-headers"], "authorization,upstash-encoding");
    assert!(headers["access-control-allow-methods"].to_str().unwrap().contains("POST"));

    let request = gateway.client.post(&gateway.url).bearer_auth(TOKEN).header("Origin", "https://app.example");
    let response = request.body(r#"["ping"]"#).send().await.unwrap();
    assert_eq!(response.headers()["access-control-allow-origin"], "https://app.example");
    assert_eq!(response.headers()["access-control-expose-headers"], "Upstash-Sync-Token");
    assert_eq!(response.headers()["content-type"], "application/json");
}

#[tokio::test]
async fn the_sync_token_is_never_the_same_twice() {
    let gateway = on_memory().await;
    let mut seen = std::collections::HashSet::new();
    for number in 0..50 {
        let request = gateway.client.post(&gateway.url).bearer_auth(TOKEN).header("Upstash-Sync-Token", "anything");
        let response = request.body(format!(r#"["set","k",{number}]"#)).send().await.unwrap();
        let token = response.headers()["upstash-sync-token"].to_str().unwrap().to_owned();
        assert!(!token.is_empty() && seen.insert(token));
    }
}

#[tokio::test]
async fn what_upstash_has_and_redis_has_not() {
    let (_redis, on_redis) = on_redis().await;
    for gateway in [on_redis, on_memory().await] {
        gateway.run("set a 1").await;
        gateway.run("rpush l x").await;
        assert_eq!(gateway.run("scan 0 match l withtype").await, r#"{"result":["0",["l","list"]]}"#);
        assert_eq!(gateway.run("copy a a").await, r#"{"result":0}"#);
        let reader = gateway.ask(Method::POST, "/", Some(READER), &[], r#"["copy","a","a"]"#).await;
        assert_eq!(reader.0, 400, "rights come first");
    }
}

#[tokio::test]
async fn scripts_written_for_upstash_run_on_redis() {
    let (_redis, gateway) = on_redis().await;
    let script = "#!lua flags=allow-key-locking\nreturn redis.call('incr', KEYS[1])";
    let json = serde_json::to_string(script).unwrap();
    let (status, body) = gateway.post("/", format!(r#"["script","load",{json}]"#)).await;
    let digest = body.split('"').nth(3).unwrap().to_owned();
    assert_eq!((status, digest.len()), (200, 40));
    assert_eq!(gateway.run(&format!("evalsha {digest} 1 n")).await, r#"{"result":1}"#);
    assert_eq!(gateway.run(&format!("script exists {digest} abc")).await, r#"{"result":[1,0]}"#);
    assert_eq!(gateway.post("/", format!(r#"["eval",{json},1,"n"]"#)).await, answer(200, r#"{"result":2}"#));
    gateway.run("script flush").await;
    let pipeline = format!(r#"[["evalsha","{digest}",1,"n"],["eval",{json},1,"n"],["evalsha","{digest}",1,"n"]]"#);
    let expected = r#"[{"error":"NOSCRIPT No matching script. Please use EVAL."},{"result":3},{"result":4}]"#;
    assert_eq!(gateway.post("/pipeline", pipeline).await, answer(200, expected));
}
