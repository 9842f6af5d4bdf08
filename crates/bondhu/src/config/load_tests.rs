use std::time::Duration;

use tempfile::TempDir;

use super::*;
use crate::config::{Config, annotated, markdown};

/// A working folder with files, and what the process comes with.
struct Scene {
    dir: TempDir,
    inputs: Inputs,
}

impl Scene {
    fn new(files: &[(&str, &str)], environment: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(dir.path().join(name), text).unwrap();
        }
        let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let inputs = Inputs { environment, working_dir: Some(dir.path().to_owned()), ..Inputs::default() };
        Self { dir, inputs }
    }

    fn flag(mut self, key: &str, value: &str) -> Self {
        self.inputs.flags.push((key.to_owned(), value.to_owned()));
        self
    }

    fn values(&self) -> Values {
        load(&self.inputs).unwrap()
    }

    fn listen(&self) -> (String, String) {
        let values = self.values();
        let value = values.get("http.listen").unwrap();
        (value.text.clone(), value.source.to_string())
    }

    fn error(&self) -> String {
        let result = load(&self.inputs).and_then(|values| Config::from_values(&values));
        result.map(|_| ()).unwrap_err().to_string()
    }
}

const FILE: (&str, &str) = ("bondhu.toml", "[http]\nlisten = \"127.0.0.1:1001\"\n");
const DOT_ENV: (&str, &str) = (".env", "BONDHU_LISTEN=127.0.0.1:1002\n");
const VARIABLE: (&str, &str) = ("BONDHU_LISTEN", "127.0.0.1:1003");

#[test]
fn a_later_layer_wins_and_is_remembered() {
    let listen = |scene: &Scene| scene.listen();
    let is = |text: &str, source: &str| (text.to_owned(), source.to_owned());
    assert_eq!(listen(&Scene::new(&[], &[])), is("127.0.0.1:8383", "the default"));
    assert_eq!(listen(&Scene::new(&[FILE], &[])), is("127.0.0.1:1001", "bondhu.toml"));
    assert_eq!(listen(&Scene::new(&[FILE, DOT_ENV], &[])), is("127.0.0.1:1002", ".env"));
    let all = Scene::new(&[FILE, DOT_ENV], &[VARIABLE]);
    assert_eq!(listen(&all), is("127.0.0.1:1003", "the environment"));
    assert_eq!(listen(&all.flag("http.listen", "127.0.0.1:1004")), is("127.0.0.1:1004", "the command line"));
}

#[test]
fn an_empty_value_is_no_value() {
    let scene = Scene::new(&[FILE], &[("BONDHU_LISTEN", ""), ("GEMINI_API_KEY", " ")]);
    assert_eq!(scene.listen().0, "127.0.0.1:1001");
    assert!(Config::from_values(&scene.values()).unwrap().model.gemini.api_key.is_none());
    let unset = Scene::new(&[FILE], &[]).flag("http.listen", "");
    assert_eq!(unset.listen(), ("127.0.0.1:8383".to_owned(), "the default".to_owned()));
}

#[test]
fn a_file_can_be_named_by_flag_and_by_variable() {
    let mut scene = Scene::new(&[("other.toml", FILE.1)], &[("BONDHU_CONFIG", "other.toml")]);
    assert_eq!(scene.listen(), ("127.0.0.1:1001".to_owned(), "other.toml".to_owned()));
    scene.inputs.config_file = Some("none.toml".into());
    insta::assert_snapshot!(scene.error(), @"there is no file none.toml, which --config names. Make it (`bondhu config > none.toml`) or name another.");
    scene.inputs.config_file = None;
    scene.inputs.environment.insert("BONDHU_CONFIG".to_owned(), "gone.toml".to_owned());
    insta::assert_snapshot!(scene.error(), @"there is no file gone.toml, which BONDHU_CONFIG names. Make it (`bondhu config > gone.toml`) or name another.");
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let scene = Scene::new(&[], &[]);
    std::fs::create_dir(scene.dir.path().join("bondhu.toml")).unwrap();
    insta::assert_snapshot!(scene.error(), @"bondhu.toml cannot be read: Is a directory (os error 21). Check its permissions.");
}

#[test]
fn a_misspelt_name_is_refused_with_the_nearest_one() {
    let file = Scene::new(&[("bondhu.toml", "[http]\nlisen = \"127.0.0.1:1\"")], &[]);
    insta::assert_snapshot!(file.error(), @"bondhu.toml names `http.lisen`, which is not a setting. Did you mean `http.listen`?");
    let top = Scene::new(&[("bondhu.toml", "listen = \"127.0.0.1:1\"")], &[]);
    insta::assert_snapshot!(top.error(), @"bondhu.toml names `listen`, which is not a setting. `bondhu config` lists them all.");
    let table = Scene::new(&[("bondhu.toml", "[weather]\nsunny = true")], &[]);
    insta::assert_snapshot!(table.error(), @"bondhu.toml names `weather.sunny`, which is not a setting. `bondhu config` lists them all.");
    let variable = Scene::new(&[], &[("BONDHU_SESSION_DAY", "3")]);
    insta::assert_snapshot!(variable.error(), @"the environment names `BONDHU_SESSION_DAY`, which is not a setting. Did you mean `BONDHU_SESSION_DAYS`?");
    let dot_env = Scene::new(&[(".env", "BONDHU_LOGS=debug")], &[]);
    insta::assert_snapshot!(dot_env.error(), @".env names `BONDHU_LOGS`, which is not a setting. Did you mean `BONDHU_LOG`?");
    let flag = Scene::new(&[], &[]).flag("model.nam", "x");
    insta::assert_snapshot!(flag.error(), @"--set names `model.nam`, which is not a setting. Did you mean `model.name`?");
}

#[test]
fn variables_of_others_are_left_alone() {
    let others = [
        ("PATH", "/bin"),
        ("BONDHU_BIN", "target/release/bondhu"),
        ("BONDHU_PORT", "tcp://10.0.0.1:8383"),
        ("BONDHU_PORT_8383_TCP_ADDR", "10.0.0.1"),
        ("BONDHU_SERVICE_HOST", "10.0.0.1"),
    ];
    Scene::new(&[(".env", "NODE_ENV=production")], &others).values();
}

#[test]
fn a_malformed_value_says_where_it_is_and_what_would_fit() {
    let scene = Scene::new(&[], &[("BONDHU_LISTEN", "localhost")]);
    insta::assert_snapshot!(scene.error(), @"BONDHU_LISTEN (http.listen) is `localhost`, from the environment; it must be an IP address and a port. For example: BONDHU_LISTEN=0.0.0.0:8383");
    let list = Scene::new(&[("bondhu.toml", "[http]\nlisten = [1]")], &[]);
    insta::assert_snapshot!(list.error(), @"BONDHU_LISTEN (http.listen) is of the type array, from bondhu.toml; it must be an IP address and a port. For example: BONDHU_LISTEN=0.0.0.0:8383");
    for (key, value) in [
        ("http.public_url", "bondhu.example.org"),
        ("http.public_url", "https://example.org/bondhu"),
        ("http.trust_proxy", "maybe"),
        ("http.body_limit_bytes", "12"),
        ("http.shutdown_grace_secs", "-1"),
        ("store.url", "mysql://localhost/bondhu"),
        ("store.cache_entries", "many"),
        ("accounts.sign_up", "everyone"),
        ("accounts.session_days", "0"),
        ("accounts.default_country", "IND"),
        ("model.provider", "gemni"),
        ("model.retries", "1000"),
        ("model.idle_timeout_secs", "0"),
        ("openai.base_url", "localhost:8080"),
        ("ollama.host", "ftp://localhost"),
        ("logs.filter", "bondhu=loud"),
        ("logs.format", "xml"),
        ("metrics.listen", "9090"),
    ] {
        let error = Scene::new(&[], &[]).flag(key, value).error();
        assert!(error.contains(&format!("({key})")) && error.contains("the command line"), "{key}: {error}");
    }
}

#[test]
fn every_example_and_default_fits() {
    for setting in SETTINGS.iter().filter(|setting| setting.key != "model.provider") {
        let result = load(&Scene::new(&[], &[]).flag(setting.key, setting.example).inputs);
        Config::from_values(&result.unwrap()).unwrap_or_else(|error| panic!("{error}"));
    }
}

#[test]
fn a_secret_is_never_shown() {
    let scene = Scene::new(&[(".env", "GEMINI_API_KEY=do-not-show")], &[("DATABASE_URL", "mysql://me:do-not-show@db")]);
    let error = scene.error();
    insta::assert_snapshot!(error, @"DATABASE_URL (store.url) is set to something else, from the environment; it must be a postgres:// or sqlite: address. For example: DATABASE_URL=postgres://bondhu:password@localhost/bondhu");
    let document = annotated(&scene.values());
    assert!(document.contains("api_key = \"********\"  # from .env"), "{document}");
    assert!(!document.contains("do-not-show"));
    let config =
        Scene::new(&[], &[("GEMINI_API_KEY", "do-not-show"), ("DATABASE_URL", "postgres://a:do-not-show@b/c")]);
    assert!(!format!("{:?}", Config::from_values(&config.values()).unwrap()).contains("do-not-show"));
}

#[test]
fn broken_files_are_pointed_into_without_quoting_them() {
    let toml = Scene::new(&[("bondhu.toml", "[gemini]\napi_key = do-not-show\n")], &[]);
    insta::assert_snapshot!(toml.error(), @"bondhu.toml does not read at line 2, column 11: string values must be quoted, expected literal string.");
    let dot_env = Scene::new(&[(".env", "A=1\nGEMINI_API_KEY do-not-show\n")], &[]);
    insta::assert_snapshot!(dot_env.error(), @".env does not read at line 2, column 16: expected NAME=value.");
}

#[test]
fn values_become_types() {
    let file = "[http]\nbody_limit_bytes = 131_072\ntrust_proxy = true\npublic_url = \"https://b.example.org\"
        [accounts]\nsession_days = 2\ndefault_country = \"in\"\n[model]\nprovider = \"none\"\n";
    let config = Config::from_values(&Scene::new(&[("bondhu.toml", file)], &[]).values()).unwrap();
    assert_eq!(config.http.body_limit_bytes, 131_072);
    assert!(config.http.trust_proxy && config.http.is_https());
    assert_eq!(config.accounts.session, Duration::from_hours(48));
    assert_eq!(config.accounts.default_country.as_deref(), Some("IN"));
}

#[test]
fn the_data_folder_follows_the_system() {
    let folder = |environment: &[(&str, &str)]| {
        Config::from_values(&Scene::new(&[], environment).values()).unwrap().store.sqlite_file().display().to_string()
    };
    assert_eq!(folder(&[("HOME", "/home/asha")]), "/home/asha/.local/share/bondhu/bondhu.db");
    assert_eq!(folder(&[("HOME", "/home/asha"), ("XDG_DATA_HOME", "/data")]), "/data/bondhu/bondhu.db");
    assert_eq!(folder(&[]), "bondhu-data/bondhu.db");
    assert_eq!(folder(&[("BONDHU_DATA_DIR", "/srv/b")]), "/srv/b/bondhu.db");
    assert_eq!(folder(&[("DATABASE_URL", "sqlite:///srv/b/mine.db?mode=rwc")]), "/srv/b/mine.db");
    assert_eq!(folder(&[("DATABASE_URL", "sqlite:mine.db")]), "mine.db");
}

#[test]
fn the_printed_settings_can_be_used_as_a_file() {
    let before = Scene::new(&[FILE], &[("BONDHU_TRUST_PROXY", "true"), ("BONDHU_LOG", "a=\"b\",info")]);
    let printed = annotated(&load(&before.inputs).unwrap());
    let after = Scene::new(&[("bondhu.toml", &printed)], &[]);
    for setting in SETTINGS {
        let text = |scene: &Scene| scene.values().get(setting.key).map(|value| value.text.clone());
        assert_eq!(text(&after), text(&before), "{}", setting.key);
    }
}

#[test]
fn the_document_in_the_repository_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/CONFIG.md");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, markdown()).unwrap();
    }
    let stored = std::fs::read_to_string(path).unwrap_or_default();
    assert!(stored == markdown(), "docs/CONFIG.md is not current; run `make gen` and look at the diff");
}

#[test]
fn distances_count_letters() {
    assert_eq!(distance("", "abc"), 3);
    assert_eq!(distance("kitten", "sitting"), 3);
    assert_eq!(distance("same", "same"), 0);
}
