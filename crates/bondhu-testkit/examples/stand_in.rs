//! Runs a stand-in for a language model provider until it is interrupted:
//! `cargo run -p bondhu-testkit --example stand_in -- ollama --port 11435`
#![expect(clippy::print_stdout, reason = "the address is the output")]

use anyhow::{Context, bail};
use bondhu_testkit::stand_in::{Stand, StandIn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (name, port) = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [name] => (name, 0),
        [name, "--port", port] => (name, port.parse().context("the port must be a number from 0 to 65535")?),
        _ => bail!("usage: stand_in gemini|openai|ollama|anthropic [--port PORT]"),
    };
    let stand = Stand::named(name).with_context(|| format!("no stand-in is called {name}"))?;
    let stand_in = StandIn::start(stand, port).await.context("the port is taken")?;
    println!("{}", stand_in.url());
    tokio::signal::ctrl_c().await?;
    Ok(())
}
