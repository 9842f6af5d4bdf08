use std::time::Duration;

use bondhu_store::*;
use serde_json::json;

use crate::world::World;

const HOUR: Duration = Duration::from_hours(1);

pub async fn the_first_person_is_the_owner(world: &World) {
    let anna = world.store.create_user(world.new_user("Anna")).await.unwrap();
    let ben = world.store.create_user(world.new_user("Ben")).await.unwrap();
    assert!(anna.is_owner && !ben.is_owner);
    assert_eq!(world.store.users().await.unwrap(), [anna.clone(), ben]);
    assert_eq!(world.store.user(anna.id).await.unwrap(), Some(anna.clone()));
    assert_eq!(world.store.user(world.id()).await.unwrap(), None);
    let json = serde_json::to_value(&anna).unwrap();
    assert_eq!(json["username"], "Anna");
    assert_eq!(json["country"], serde_json::Value::Null);
    assert!(json.get("password_hash").is_none());
}

pub async fn two_first_sign_ups_make_one_owner(world: &World) {
    let other = Store::open(&world.config).await.unwrap();
    let names = ["a", "b", "c", "d", "e", "f"];
    let sign_ups = names.iter().enumerate().map(|(turn, name)| {
        let store = if turn % 2 == 0 { world.store.clone() } else { other.clone() };
        tokio::spawn({
            let new = world.new_user(name);
            async move { store.create_user(new).await.unwrap() }
        })
    });
    let sign_ups: Vec<_> = sign_ups.collect();
    let mut owners = 0;
    for sign_up in sign_ups {
        owners += i32::from(sign_up.await.unwrap().is_owner);
    }
    assert_eq!((owners, world.store.count_users().await.unwrap()), (1, 6));
    other.close().await;
}

pub async fn a_username_is_taken_in_any_case(world: &World) {
    world.person("Zoë").await;
    for name in ["zoë", "ZOË", "Zoe\u{308}"] {
        let refused = world.store.create_user(world.new_user(name)).await;
        assert!(matches!(refused, Err(StoreError::Conflict { what: "username" })), "{name}: {refused:?}");
        let found = world.store.user_by_username(name).await.unwrap().unwrap();
        assert_eq!((found.user.username.as_str(), found.password_hash.as_str()), ("Zoë", "hash of Zoë"));
    }
    assert!(world.store.user_by_username("zoe").await.unwrap().is_none());
    assert_eq!(world.store.count_users().await.unwrap(), 1);
}

pub async fn a_person_changes_what_they_say_about_themselves(world: &World) {
    let anna = world.person("anna").await;
    let change = |display_name: Option<&str>, country: Option<Option<&str>>| UserChanges {
        display_name: display_name.map(str::to_owned),
        country: country.map(|country| country.map(str::to_owned)),
    };
    let steps = [
        (change(None, Some(Some("DE"))), "anna", Some("DE")),
        (change(Some("Änne"), None), "Änne", Some("DE")),
        (change(None, Some(None)), "Änne", None),
        (change(None, None), "Änne", None),
    ];
    for (changes, name, country) in steps {
        let now = world.now();
        let user = world.store.update_user(anna, changes, now).await.unwrap();
        assert_eq!((user.display_name.as_str(), user.country.as_deref(), user.updated_at), (name, country, now));
        assert_eq!(world.store.user(anna).await.unwrap(), Some(user));
    }
    let missing = world.store.update_user(world.id(), UserChanges::default(), world.now()).await;
    assert!(matches!(missing, Err(StoreError::NotFound)));
}

pub async fn a_new_password_ends_other_sessions(world: &World) {
    let (anna, ben) = (world.person("anna").await, world.person("ben").await);
    let later = world.now().plus(HOUR);
    let here = world.session(anna, [1; 32], later).await;
    world.session(anna, [2; 32], later).await;
    world.session(ben, [3; 32], later).await;
    world.store.set_password(anna, "new hash", Some(here.id), world.now()).await.unwrap();
    assert_eq!(world.store.password_hash(anna).await.unwrap().as_deref(), Some("new hash"));
    assert_eq!(world.store.password_hash(ben).await.unwrap().as_deref(), Some("hash of ben"));
    assert_eq!(world.store.sessions(anna, world.now()).await.unwrap(), [here]);
    world.store.set_password(anna, "newer hash", None, world.now()).await.unwrap();
    assert_eq!(world.store.sessions(anna, world.now()).await.unwrap(), []);
    assert_eq!(world.store.sessions(ben, world.now()).await.unwrap().len(), 1);
    let missing = world.store.set_password(world.id(), "x", None, world.now()).await;
    assert!(matches!(missing, Err(StoreError::NotFound)));
    assert_eq!(world.store.password_hash(world.id()).await.unwrap(), None);
}

pub async fn a_session_lasts_until_it_expires(world: &World) {
    let anna = world.person("anna").await;
    let start = world.now();
    let end = start.plus(HOUR);
    let session = world.session(anna, [1; 32], end).await;
    assert_eq!((session.user_id, session.user_agent.as_str(), session.expires_at), (anna, "Firefox", end));

    let (found, user) = world.store.session_by_token_hash(&[1; 32], start).await.unwrap().unwrap();
    assert_eq!(found, session);
    assert_eq!(Some(user), world.store.user(anna).await.unwrap());
    assert!(world.store.session_by_token_hash(&[9; 32], start).await.unwrap().is_none());
    assert!(world.store.session_by_token_hash(&[1; 32], end).await.unwrap().is_none());

    let touched = start.plus(HOUR / 2);
    assert!(world.store.touch_session(session.id, anna, touched, end.plus(HOUR)).await.unwrap());
    let (found, _) = world.store.session_by_token_hash(&[1; 32], end).await.unwrap().unwrap();
    assert_eq!((found.last_seen_at, found.expires_at), (touched, end.plus(HOUR)));

    let old = world.session(anna, [2; 32], start).await;
    assert_eq!(world.store.sessions(anna, start).await.unwrap(), [found]);
    assert_eq!(world.store.delete_expired_sessions(start).await.unwrap(), 1);
    assert!(!world.store.delete_session(anna, old.id).await.unwrap());
    assert!(world.store.delete_session(anna, session.id).await.unwrap());
    assert!(!world.store.touch_session(session.id, anna, touched, end).await.unwrap());
    assert!(world.store.session_by_token_hash(&[1; 32], start).await.unwrap().is_none());

    let nobody = NewSession {
        id: world.id(),
        user_id: world.id(),
        token_hash: [4; 32],
        user_agent: String::new(),
        created_at: start,
        expires_at: end,
    };
    assert!(matches!(world.store.create_session(nobody).await, Err(StoreError::NotFound)));
}

pub async fn a_token_signs_its_person_in(world: &World) {
    let anna = world.person("anna").await;
    let mut tokens = Vec::new();
    for (name, hash) in [("laptop", [1; 32]), ("phone", [2; 32])] {
        let new =
            NewApiToken { id: world.id(), user_id: anna, name: name.into(), token_hash: hash, created_at: world.now() };
        tokens.push(world.store.create_api_token(new).await.unwrap());
    }
    let (id, user) = world.store.user_by_token_hash(&[2; 32]).await.unwrap().unwrap();
    assert_eq!((id, user.id), (tokens[1].id, anna));
    assert!(world.store.user_by_token_hash(&[3; 32]).await.unwrap().is_none());

    let now = world.now();
    assert!(world.store.touch_api_token(id, anna, now).await.unwrap());
    let listed = world.store.api_tokens(anna).await.unwrap();
    assert_eq!(listed[0], ApiToken { last_used_at: Some(now), ..tokens[1].clone() });
    assert_eq!(listed[1], tokens[0]);

    assert!(world.store.delete_api_token(anna, id).await.unwrap());
    assert!(!world.store.delete_api_token(anna, id).await.unwrap());
    assert!(world.store.user_by_token_hash(&[2; 32]).await.unwrap().is_none());
}

async fn invite(world: &World, created_by: UserId, code_hash: [u8; 32], expires_at: Timestamp) -> Invite {
    let new = NewInvite { id: world.id(), code_hash, created_by, created_at: world.now(), expires_at };
    world.store.create_invite(new).await.unwrap()
}

async fn redeem(store: &Store, new: NewUser, code_hash: [u8; 32], now: Timestamp) -> bool {
    let mut tx = store.begin().await.unwrap();
    let user = tx.create_user(new).await.unwrap();
    if !tx.redeem_invite(&code_hash, user.id, now).await.unwrap() {
        return false;
    }
    tx.commit().await.unwrap();
    true
}

pub async fn an_invitation_works_once(world: &World) {
    let anna = world.person("anna").await;
    let now = world.now();
    let good = invite(world, anna, [1; 32], now.plus(HOUR)).await;
    let expired = invite(world, anna, [2; 32], now).await;
    let ben = world.new_user("ben");
    let ben_id = ben.id;
    assert!(redeem(&world.store, ben, [1; 32], now).await);
    for hash in [[1; 32], [2; 32], [3; 32]] {
        assert!(!redeem(&world.store, world.new_user("clara"), hash, now).await);
    }
    assert_eq!(world.store.count_users().await.unwrap(), 2);
    let used = Invite { used_by: Some(ben_id), used_at: Some(now), ..good };
    assert_eq!(world.store.invites(anna).await.unwrap(), [expired.clone(), used]);
    assert!(world.store.delete_invite(anna, expired.id).await.unwrap());
    assert!(!world.store.delete_invite(anna, expired.id).await.unwrap());
    assert_eq!(world.store.invites(anna).await.unwrap().len(), 1);
}

pub async fn two_guests_race_for_one_invitation(world: &World) {
    let anna = world.person("anna").await;
    let now = world.now();
    invite(world, anna, [1; 32], now.plus(HOUR)).await;
    let other = Store::open(&world.config).await.unwrap();
    let (ben, clara) = tokio::join!(
        redeem(&world.store, world.new_user("ben"), [1; 32], now),
        redeem(&other, world.new_user("clara"), [1; 32], now)
    );
    assert!(ben ^ clara);
    assert_eq!(world.store.count_users().await.unwrap(), 2);
    other.close().await;
}

pub async fn settings_keep_their_value(world: &World) {
    assert_eq!(world.store.sign_up_mode().await.unwrap(), None);
    for mode in [SignUpMode::Invite, SignUpMode::Closed, SignUpMode::Open] {
        world.store.set_sign_up_mode(mode).await.unwrap();
        assert_eq!(world.store.sign_up_mode().await.unwrap(), Some(mode));
    }
    assert_eq!(world.store.setting("theme").await.unwrap(), None);
    let value = json!({"a": [1, null, "ü"]});
    world.store.set_setting("theme", &value).await.unwrap();
    assert_eq!(world.store.setting("theme").await.unwrap(), Some(value));
    world.store.set_setting("sign_up_mode", &json!("perhaps")).await.unwrap();
    assert!(matches!(world.store.sign_up_mode().await, Err(StoreError::Corrupt(_))));
}
