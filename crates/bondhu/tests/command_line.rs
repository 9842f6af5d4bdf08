//! The binary as a person at a terminal meets it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

const PASSWORD: &str = "a quiet long password\n";

/// A working folder of its own, with an environment that holds nothing but what a test puts in.
struct Terminal(TempDir);

impl Terminal {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bondhu"));
        command.args(arguments).current_dir(self.0.path()).env_clear();
        // Nothing answers on port 1, so no Ollama of the machine takes part.
        command.env("HOME", self.0.path()).env("OLLAMA_HOST", "127.0.0.1:1").stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    fn run_with_input(&self, arguments: &[&str], input: &str) -> Output {
        let mut command = self.command(arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // A command that refuses early does not read.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait_with_output().unwrap()
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn without_a_command_it_says_what_it_can_do() {
    let output = Terminal::new().run(&[]);
    assert_eq!(output.status.code(), Some(2));
    for command in ["serve", "migrate", "doctor", "config", "user", "ping", "openapi", "analyze"] {
        assert!(err(&output).contains(command), "{command}");
    }
    let version = Terminal::new().run(&["--version"]);
    assert_eq!(out(&version), concat!("bondhu ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn a_wrong_usage_is_told_from_a_failure() {
    let terminal = Terminal::new();
    for arguments in [&["surve"][..], &["serve", "--sett", "a=b"], &["config", "--set", "http.listen"], &["user"]] {
        assert_eq!(terminal.run(arguments).status.code(), Some(2), "{arguments:?}");
    }
    let output = terminal.run(&["serve", "--set", "http.lisen=x"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(err(&output), "error: --set names `http.lisen`, which is not a setting. Did you mean `http.listen`?\n");
}

#[test]
fn a_malformed_setting_stops_every_command_that_needs_it() {
    let terminal = Terminal::new();
    for arguments in [&["serve"][..], &["migrate"], &["user", "list"], &["ping"]] {
        let output = terminal.command(arguments).env("BONDHU_LISTEN", "nowhere").output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let message = err(&output);
        assert!(
            message.starts_with("error: BONDHU_LISTEN (http.listen) is `nowhere`, from the environment;"),
            "{message}"
        );
    }
}

#[test]
fn config_prints_a_file_that_can_be_used() {
    let terminal = Terminal::new();
    let output = terminal
        .command(&["config", "--set", "http.listen=127.0.0.1:9"])
        .env("GEMINI_API_KEY", "do-not-show")
        .output()
        .unwrap();
    let printed = out(&output);
    assert!(output.status.success(), "{}", err(&output));
    assert!(printed.contains("listen = \"127.0.0.1:9\"  # from the command line"), "{printed}");
    assert!(printed.contains("api_key = \"********\"  # from the environment"), "{printed}");
    assert!(!printed.contains("do-not-show"));
    std::fs::write(terminal.path().join("mine.toml"), &printed).unwrap();
    let again = terminal.run(&["--config", "mine.toml", "config"]);
    assert!(out(&again).contains("listen = \"127.0.0.1:9\"  # from mine.toml"));
}

#[test]
fn config_prints_the_document() {
    let output = Terminal::new().run(&["config", "--markdown"]);
    let stored = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/CONFIG.md")).unwrap();
    assert!(out(&output) == stored, "docs/CONFIG.md is not current; run `make gen` and look at the diff");
}

#[test]
fn migrate_tells_what_it_did() {
    let terminal = Terminal::new();
    let first = terminal.run(&["migrate", "--data-dir", "data"]);
    assert!(first.status.success(), "{}", err(&first));
    assert!(out(&first).starts_with("Applied migration 1.\n"), "{}", out(&first));
    assert!(terminal.path().join("data/bondhu.db").exists());
    let second = terminal.run(&["migrate", "--data-dir", "data"]);
    assert!(out(&second).starts_with("Nothing to do:"), "{}", out(&second));
}

#[test]
fn accounts_are_made_listed_and_given_new_passwords() {
    let terminal = Terminal::new();
    assert_eq!(
        out(&terminal.run(&["user", "list"])),
        "There are no accounts yet. The first one becomes the owner's.\n"
    );
    let made = terminal.run_with_input(&["user", "create", "asha", "--display-name", "Asha Roy"], PASSWORD);
    assert_eq!(out(&made), "Made the account asha, the owner's.\n", "{}", err(&made));
    let second = terminal.run_with_input(&["user", "create", "ravi"], PASSWORD);
    assert_eq!(out(&second), "Made the account ravi.\n");

    let taken = terminal.run_with_input(&["user", "create", "ASHA"], PASSWORD);
    assert_eq!(taken.status.code(), Some(1));
    assert!(err(&taken).starts_with("error: the username ASHA is taken;"), "{}", err(&taken));
    let short = terminal.run_with_input(&["user", "create", "bela"], "short\n");
    assert_eq!(err(&short), "error: the password does not fit: Use at least 10 characters.\n");
    let nothing = terminal.run(&["user", "create", "bela"]);
    assert!(err(&nothing).starts_with("error: no password came;"), "{}", err(&nothing));

    let reset = terminal.run_with_input(&["user", "reset-password", "asha"], "another quiet password\n");
    assert_eq!(out(&reset), "Set a new password for asha, who is signed out everywhere.\n");
    let unknown = terminal.run_with_input(&["user", "reset-password", "nobody"], PASSWORD);
    assert!(err(&unknown).starts_with("error: there is no account nobody;"), "{}", err(&unknown));

    let list = out(&terminal.run(&["user", "list"]));
    let lines: Vec<&str> = list.lines().collect();
    assert!(lines[0].starts_with("asha  owner  20") && lines[0].ends_with("Asha Roy"), "{list}");
    assert!(lines[1].starts_with("ravi         20") && lines.len() == 2, "{list}");
}

#[test]
fn doctor_finds_a_fresh_machine_well_and_changes_nothing() {
    let terminal = Terminal::new();
    let output =
        terminal.run(&["doctor", "--json", "--set", "http.listen=127.0.0.1:0", "--set", "model.provider=none"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(output.status.success(), "{report:#}");
    let checks = report["checks"].as_array().unwrap();
    let names: Vec<&str> = checks.iter().map(|check| check["name"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        ["settings", "data folder", "disk", "database", "cache", "gateway", "tasks", "model", "clock", "port"]
    );
    assert_eq!(report["ok"], true);
    let model = checks.iter().find(|check| check["name"] == "model").unwrap();
    assert_eq!(model["status"], "warn");
    assert!(model["advice"].is_string());
    assert!(std::fs::read_dir(terminal.path()).unwrap().next().is_none(), "doctor only looks");
}

#[test]
fn doctor_names_what_is_wrong() {
    let terminal = Terminal::new();
    let settings = terminal.command(&["doctor"]).env("BONDHU_SIGN_UP", "always").output().unwrap();
    assert_eq!(settings.status.code(), Some(1));
    assert!(out(&settings).starts_with("FAIL  settings  BONDHU_SIGN_UP (accounts.sign_up) is `always`"));

    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    std::fs::write(terminal.path().join("file"), "").unwrap();
    let listen = format!("http.listen={}", taken.local_addr().unwrap());
    // A stranger that never answers would be waited for; one that hangs up is a stranger at once.
    let stranger = std::thread::spawn(move || taken.accept().map(drop));
    let broken = terminal.run(&[
        "doctor",
        "--data-dir",
        "file/inside",
        "--set",
        &listen,
        "--set",
        "model.provider=openai",
        "--set",
        "openai.base_url=http://127.0.0.1:1",
        "--set",
        "model.retries=0",
    ]);
    stranger.join().unwrap().unwrap();
    let report = out(&broken);
    assert_eq!(broken.status.code(), Some(1));
    for name in ["data folder", "model", "port"] {
        assert!(report.contains(&format!("FAIL  {name}")), "{name}\n{report}");
    }
    assert!(report.ends_with("to put right.\n"), "{report}");
}

#[test]
fn doctor_looks_into_the_database() {
    let terminal = Terminal::new();
    terminal.run(&["migrate", "--data-dir", "data"]);
    let doctor = ["doctor", "--data-dir", "data", "--set", "http.listen=127.0.0.1:0"];
    let told = out(&terminal.run(&doctor));
    let versions = told.split_once("SQLite, schema version ").and_then(|(_, rest)| rest.split_once(" of ")).unwrap();
    assert!(versions.1.starts_with(versions.0), "the schema is the newest: {told}");
    std::fs::write(terminal.path().join("data/bondhu.db"), "this is no database, it is a note".repeat(200)).unwrap();
    let _ = std::fs::remove_file(terminal.path().join("data/bondhu.db-wal"));
    let report = out(&terminal.run(&doctor));
    assert!(report.contains("FAIL  database"), "{report}");
}

/// A server that is told to end when the test does, also when it fails.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_server_is_found_by_ping_and_doctor() {
    let terminal = Terminal::new();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let listen = format!("127.0.0.1:{port}");
    let setting = format!("http.listen={listen}");
    let silent = terminal.run(&["ping", "--set", &setting]);
    assert_eq!(silent.status.code(), Some(1));
    assert!(err(&silent).starts_with(&format!("error: nothing answers on {listen};")), "{}", err(&silent));

    let mut serve = terminal.command(&["serve", "--listen", &listen, "--data-dir", "data"]);
    let mut server = Server(serve.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap());
    let mut lines = BufReader::new(server.0.stdout.take().unwrap()).lines();
    assert_eq!(lines.next().unwrap().unwrap(), format!("Bondhu is ready at http://{listen}"));

    let ping = terminal.run(&["ping", "--set", &setting]);
    assert!(ping.status.success(), "{}", err(&ping));
    let doctor = out(&terminal.run(&["doctor", "--data-dir", "data", "--set", &setting]));
    assert!(doctor.contains(&format!("Bondhu is serving on {listen}")), "{doctor}");
    // The command line works beside the running server.
    let made = terminal.run_with_input(&["user", "create", "asha", "--data-dir", "data"], PASSWORD);
    assert_eq!(out(&made), "Made the account asha, the owner's.\n", "{}", err(&made));
}

/// A process that is ended with its handle.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_gateway_alone_answers_and_keeps_small() {
    let terminal = Terminal::new();
    let mut command = terminal.command(&["upstash", "--listen", "127.0.0.1:0", "--threads", "1"]);
    command.env("UPSTASH_REDIS_REST_TOKEN", "a-token-for-a-test").stdout(Stdio::piped());
    let mut gateway = Running(command.spawn().unwrap());
    let mut ready = String::new();
    BufReader::new(gateway.0.stdout.take().unwrap()).read_line(&mut ready).unwrap();
    let address = ready.split("http://").nth(1).and_then(|rest| rest.split(',').next()).expect("an address");
    let mut stream = TcpStream::connect(address).unwrap();
    let head = "POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer a-token-for-a-test\r\n";
    write!(stream, "{head}content-length: 8\r\n\r\n[\"ping\"]").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.ends_with("{\"result\":\"PONG\"}"), "{answer}");
    // Other systems have no such file, older ones no such line.
    let status = std::fs::read_to_string(format!("/proc/{}/status", gateway.0.id())).unwrap_or_default();
    assert!(!status.contains("THP_enabled:\t1"), "{status}");
}
