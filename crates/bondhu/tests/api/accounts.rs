use std::time::Duration;

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::test_app::{Answer, PASSWORD, Person, TestApp};

const OTHER_PASSWORD: &str = "another quiet password";

async fn sign_in(person: &Person, username: &str, password: &str) -> Answer {
    person.post("/session", json!({ "username": username, "password": password })).await
}

/// Another browser of somebody who has an account.
async fn another_browser(app: &TestApp, username: &str) -> Person {
    let browser = app.anonymous();
    let answer = sign_in(&browser, username, PASSWORD).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    Person { cookie: answer.cookie(), ..browser }
}

fn codes(answer: &Answer) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let errors = answer.body["errors"].as_array().unwrap();
    errors.iter().map(|error| (text(&error["field"]), text(&error["code"]))).collect()
}

#[tokio::test]
async fn a_person_signs_up_out_and_in_again() {
    let app = TestApp::start().await;
    let asha = app.anonymous();
    let new = json!({ "username": "Asha", "password": PASSWORD, "display_name": " Asha Roy " });
    let answer = asha.post("/accounts", new).await;
    assert_eq!(answer.status, 201);
    assert_eq!(answer.body["user"]["display_name"], "Asha Roy");
    let cookie = answer.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("bondhu_session="), "{cookie}");
    assert!(cookie.ends_with("; Path=/; Max-Age=34560000; HttpOnly; SameSite=Lax"), "{cookie}");
    let asha = Person { cookie: answer.cookie(), ..asha };

    let me = asha.get("/me").await;
    assert_eq!((me.status, &me.body["username"], &me.body["is_owner"]), (200, &json!("Asha"), &json!(true)));
    assert_eq!(me.body["country"], json!(null));
    assert!(!me.body.to_string().contains("argon2"));

    let out = asha.delete("/session").await;
    assert_eq!(out.status, 204);
    assert!(out.headers["set-cookie"].to_str().unwrap().starts_with("bondhu_session=; Path=/; Max-Age=0;"));
    assert_eq!(asha.get("/me").await.code(), "not_signed_in");

    assert_eq!(another_browser(&app, "ASHA").await.get("/me").await.body["id"], me.body["id"]);
}

#[tokio::test]
async fn https_makes_the_cookie_secure() {
    let app = TestApp::with_settings(&[("http.public_url", "https://bondhu.example.org")]).await;
    let answer = app.anonymous().post("/accounts", json!({ "username": "asha", "password": PASSWORD })).await;
    assert!(answer.headers["set-cookie"].to_str().unwrap().ends_with("; Secure"));
}

#[tokio::test]
async fn fields_that_do_not_fit_are_all_named() {
    let app = TestApp::start().await;
    let anonymous = app.anonymous();
    let answer = anonymous.post("/accounts", json!({ "username": "a b", "password": "tiny" })).await;
    assert_eq!((answer.status, answer.code()), (422, "invalid_fields"));
    let expected = [("username", "wrong_characters"), ("password", "too_short")];
    assert_eq!(codes(&answer), expected.map(|(field, code)| (field.to_owned(), code.to_owned())));
    assert!(!answer.body.to_string().contains("tiny"), "the password is not sent back");
    assert_eq!(anonymous.get("/instance").await.body["sign_up"], "first");
}

#[tokio::test]
async fn a_username_is_taken_in_every_spelling() {
    let app = TestApp::start().await;
    app.sign_up("asha").await;
    for username in ["asha", "ASHA", "ａｓｈａ"] {
        let answer = app.anonymous().post("/accounts", json!({ "username": username, "password": PASSWORD })).await;
        assert_eq!((answer.status, answer.code()), (409, "username_taken"), "{username}");
    }
}

#[tokio::test]
async fn of_all_who_come_first_at_once_one_is_the_owner() {
    let app = TestApp::with_settings(&[("accounts.sign_up", "closed")]).await;
    assert_eq!(app.anonymous().get("/instance").await.body["sign_up"], "first");
    let names = ["asha", "bela", "chand", "dev"];
    let answers = join_all(names.map(|username| {
        let anonymous = app.anonymous();
        async move { anonymous.post("/accounts", json!({ "username": username, "password": PASSWORD })).await }
    }))
    .await;
    let owners: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
    assert_eq!(owners.len(), 1);
    assert_eq!(owners[0].body["user"]["is_owner"], true);
    assert!(answers.iter().filter(|answer| answer.status != 201).all(|answer| answer.code() == "sign_up_closed"));
    assert_eq!(app.app.store.count_users().await.unwrap(), 1);
}

#[tokio::test]
async fn the_owner_decides_who_may_join() {
    let app = TestApp::start().await;
    let owner = app.sign_up("asha").await;
    let ravi = app.sign_up("ravi").await;
    for (method, path) in [(Method::GET, "/admin/sign-up"), (Method::GET, "/admin/invites")] {
        let answer = ravi.send(ravi.request(method, path)).await;
        assert_eq!((answer.status, answer.code()), (403, "owner_only"));
    }
    assert_eq!(ravi.put("/admin/sign-up", json!({ "mode": "closed" })).await.code(), "owner_only");
    assert_eq!(ravi.post("/admin/invites", json!({})).await.code(), "owner_only");
    assert_eq!(app.anonymous().put("/admin/sign-up", json!({ "mode": "closed" })).await.code(), "not_signed_in");

    assert_eq!(owner.get("/admin/sign-up").await.body, json!({ "mode": "open" }));
    assert_eq!(owner.put("/admin/sign-up", json!({ "mode": "sometimes" })).await.status, 422);
    assert_eq!(owner.put("/admin/sign-up", json!({ "mode": "closed" })).await.body, json!({ "mode": "closed" }));
    assert_eq!(app.anonymous().get("/instance").await.body["sign_up"], "closed");
    let answer = app.anonymous().post("/accounts", json!({ "username": "bela", "password": PASSWORD })).await;
    assert_eq!((answer.status, answer.code()), (403, "sign_up_closed"));
}

#[tokio::test]
async fn an_invitation_lets_one_person_in() {
    let app = TestApp::with_settings(&[("accounts.sign_up", "invite")]).await;
    let owner = app.sign_up("asha").await;
    let join = |username: &str, code: Value| {
        let body = json!({ "username": username, "password": PASSWORD, "invite_code": code });
        let anonymous = app.anonymous();
        async move { anonymous.post("/accounts", body).await }
    };
    assert_eq!(join("bela", json!(null)).await.code(), "invite_required");
    assert_eq!(join("bela", json!("made up")).await.code(), "invite_invalid");

    let invite = owner.post("/admin/invites", json!({})).await;
    assert_eq!((invite.status, &invite.body["item"]["used_by"]), (201, &json!(null)));
    let code = &invite.body["code"];
    let (bela, chand) = tokio::join!(join("bela", code.clone()), join("chand", code.clone()));
    let (joined, refused) = if bela.status == 201 { (bela, chand) } else { (chand, bela) };
    assert_eq!((joined.status, refused.code()), (201, "invite_invalid"));
    assert_eq!(app.app.store.count_users().await.unwrap(), 2, "who is refused leaves no account");

    let list = owner.get("/admin/invites").await;
    assert_eq!(list.body["items"][0]["used_by"], joined.body["user"]["username"]);
    assert!(!list.body.to_string().contains(code.as_str().unwrap()));

    let late = owner.post("/admin/invites", json!({})).await;
    app.clock.advance(Duration::from_hours(7 * 24));
    assert_eq!(join("dev", late.body["code"].clone()).await.code(), "invite_invalid");
    let withdrawn = owner.post("/admin/invites", json!({})).await;
    let path = format!("/admin/invites/{}", withdrawn.body["item"]["id"].as_str().unwrap());
    assert_eq!(owner.delete(&path).await.status, 204);
    assert_eq!(owner.delete(&path).await.status, 404);
    assert_eq!(join("dev", withdrawn.body["code"].clone()).await.code(), "invite_invalid");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_get_the_same_answer() {
    let app = TestApp::start().await;
    app.sign_up("asha").await;
    let mut answers = Vec::new();
    for username in ["asha", "nobody"] {
        let mut answer = sign_in(&app.anonymous(), username, "a wrong password").await;
        answer.body["request_id"] = json!("");
        assert!(answer.cookie().is_none());
        answers.push((answer.status, answer.body));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!((answers[0].0, &answers[0].1["code"]), (401, &json!("wrong_credentials")));
}

#[tokio::test]
async fn guessing_ends_after_ten_tries_even_all_at_once() {
    let app = TestApp::start().await;
    app.sign_up("asha").await;
    let guesses = (0..20).map(|_| {
        let anonymous = app.anonymous();
        async move { sign_in(&anonymous, "asha", "a wrong password").await }
    });
    let answers = join_all(guesses).await;
    let checked = answers.iter().filter(|answer| answer.status == 401).count();
    // Two are checked side by side, so one may slip past the limit.
    assert!((10..=11).contains(&checked), "{checked} guesses were checked");
    let refused = answers.iter().find(|answer| answer.status == 429).unwrap();
    assert_eq!(refused.code(), "too_many_attempts");
    let wait: u64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((880..=900).contains(&wait), "{wait}");
    assert_eq!(refused.body["retry_after_secs"], wait);
    assert_eq!(sign_in(&app.anonymous(), "asha", PASSWORD).await.status, 429, "the right password waits too");
}

#[tokio::test]
async fn changing_the_password_signs_out_every_other_browser() {
    let app = TestApp::start().await;
    let asha = app.sign_up("asha").await;
    let phone = another_browser(&app, "asha").await;
    let change = |current: &str, new: &str| json!({ "current_password": current, "new_password": new });

    let wrong = asha.post("/me/password", change("a wrong password", OTHER_PASSWORD)).await;
    assert_eq!(codes(&wrong), [("current_password".to_owned(), "wrong".to_owned())]);
    let short = asha.post("/me/password", change(PASSWORD, "short")).await;
    assert_eq!(codes(&short), [("new_password".to_owned(), "too_short".to_owned())]);
    assert_eq!(phone.get("/me").await.status, 200);

    let answer = asha.post("/me/password", change(PASSWORD, OTHER_PASSWORD)).await;
    assert_eq!(answer.status, 204, "{}", answer.body);
    assert_eq!(phone.get("/me").await.code(), "not_signed_in");
    assert_eq!(asha.get("/me").await.code(), "not_signed_in", "the old token of this browser is void");
    let asha = Person { cookie: answer.cookie(), ..asha };
    assert_eq!(asha.get("/sessions").await.body["items"].as_array().unwrap().len(), 1);
    assert_eq!(sign_in(&app.anonymous(), "asha", PASSWORD).await.code(), "wrong_credentials");
    assert_eq!(sign_in(&app.anonymous(), "asha", OTHER_PASSWORD).await.status, 200);
}

#[tokio::test]
async fn sessions_are_listed_and_ended_one_by_one() {
    let app = TestApp::start().await;
    let (asha, ravi) = (app.sign_up("asha").await, app.sign_up("ravi").await);
    let phone = app.anonymous();
    let body = json!({ "username": "asha", "password": PASSWORD });
    let answer = phone.send(phone.request(Method::POST, "/session").header("user-agent", "A phone").json(&body)).await;
    let phone = Person { cookie: answer.cookie(), ..phone };

    let list = asha.get("/sessions").await;
    let items = list.body["items"].as_array().unwrap();
    let current: Vec<bool> = items.iter().map(|item| item["current"].as_bool().unwrap()).collect();
    assert_eq!(current.iter().filter(|current| **current).count(), 1);
    let other = items.iter().find(|item| item["current"] == false).unwrap();
    assert_eq!(other["user_agent"], "A phone");

    let path = format!("/sessions/{}", other["id"].as_str().unwrap());
    assert_eq!(ravi.delete(&path).await.code(), "not_found");
    assert_eq!(phone.get("/me").await.status, 200);
    assert_eq!(asha.delete(&path).await.status, 204);
    assert_eq!(phone.get("/me").await.code(), "not_signed_in");
}

#[tokio::test]
async fn signing_in_ends_the_session_the_browser_came_with() {
    let app = TestApp::start().await;
    let asha = app.sign_up("asha").await;
    let again = sign_in(&asha, "asha", PASSWORD).await;
    assert_eq!(asha.get("/me").await.code(), "not_signed_in");
    let asha = Person { cookie: again.cookie(), ..asha };
    assert_eq!(asha.get("/sessions").await.body["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_session_lasts_for_as_long_as_it_is_used() {
    let app = TestApp::with_settings(&[("accounts.session_days", "2")]).await;
    let asha = app.sign_up("asha").await;
    let day = Duration::from_hours(24);
    for _ in 0..3 {
        app.clock.advance(day);
        assert_eq!(asha.get("/me").await.status, 200);
    }
    app.clock.advance(2 * day);
    assert_eq!(asha.get("/me").await.code(), "not_signed_in");
}

#[tokio::test]
async fn a_program_signs_in_with_a_token() {
    let app = TestApp::start().await;
    let (asha, ravi) = (app.sign_up("asha").await, app.sign_up("ravi").await);
    let made = asha.post("/tokens", json!({ "name": " backup script " })).await;
    assert_eq!((made.status, &made.body["item"]["name"]), (201, &json!("backup script")));
    let token = made.body["token"].as_str().unwrap().to_owned();
    assert!(token.starts_with("bnd_"));
    assert_eq!(made.body["item"]["last_used_at"], json!(null));

    let script = Person { token: Some(token.clone()), ..app.anonymous() };
    assert_eq!(script.get("/me").await.body["username"], "asha");
    let list = asha.get("/tokens").await;
    assert_eq!(list.body["items"].as_array().unwrap().len(), 1);
    assert!(list.body["items"][0]["last_used_at"].is_string());
    assert!(!list.body.to_string().contains(&token));
    assert_eq!(ravi.get("/tokens").await.body["items"], json!([]));

    let wrong = Person { token: Some("bnd_wrong".to_owned()), ..asha.clone() };
    assert_eq!(wrong.get("/me").await.code(), "not_signed_in", "a cookie does not hide a wrong token");

    for (name, code) in [("", "required"), (&*"x".repeat(65), "too_long")] {
        let answer = asha.post("/tokens", json!({ "name": name })).await;
        assert_eq!(codes(&answer), [("name".to_owned(), code.to_owned())]);
    }
    let path = format!("/tokens/{}", made.body["item"]["id"].as_str().unwrap());
    assert_eq!(ravi.delete(&path).await.status, 404);
    assert_eq!(script.get("/me").await.status, 200);
    assert_eq!(asha.delete(&path).await.status, 204);
    assert_eq!(script.get("/me").await.code(), "not_signed_in");
}

#[tokio::test]
async fn a_person_changes_what_they_say_about_themselves() {
    let app = TestApp::start().await;
    let asha = app.sign_up("asha").await;
    let changed = asha.patch("/me", json!({ "display_name": "Asha", "country": "in" })).await;
    assert_eq!((&changed.body["display_name"], &changed.body["country"]), (&json!("Asha"), &json!("IN")));
    assert_eq!(asha.patch("/me", json!({})).await.body["country"], "IN", "what is left out stays");
    assert_eq!(asha.patch("/me", json!({ "country": null })).await.body["country"], json!(null));
    let wrong = asha.patch("/me", json!({ "country": "India" })).await;
    assert_eq!(codes(&wrong), [("country".to_owned(), "not_a_country".to_owned())]);
    let empty = asha.patch("/me", json!({ "display_name": "  " })).await;
    assert_eq!(codes(&empty), [("display_name".to_owned(), "required".to_owned())]);
    assert_eq!(asha.get("/me").await.body["display_name"], "Asha");
}

#[tokio::test]
async fn another_site_cannot_write_with_the_cookie() {
    let app = TestApp::start().await;
    let asha = app.sign_up("asha").await;
    for header in [("origin", "https://evil.example"), ("origin", "null"), ("sec-fetch-site", "cross-site")] {
        for (method, path) in [(Method::PATCH, "/me"), (Method::DELETE, "/session"), (Method::POST, "/tokens")] {
            let request = asha.request(method, path).header(header.0, header.1).json(&json!({ "name": "x" }));
            assert_eq!(asha.send(request).await.code(), "cross_site_request", "{path}");
        }
    }
    let own = format!("http://{}", app.address());
    let request = asha.request(Method::PATCH, "/me").header("origin", own).json(&json!({ "display_name": "Me" }));
    assert_eq!(asha.send(request).await.status, 200);
}
