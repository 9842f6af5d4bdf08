//! `bondhu migrate`: the database, brought to the version this binary needs.

use bondhu_store::Store;

use crate::config::Config;

/// Migrates and tells what was done. Safe to run in several processes at once.
#[expect(clippy::print_stdout, reason = "printing is what the command is for")]
pub(super) async fn run(config: &Config) -> anyhow::Result<()> {
    let store = Store::open(&config.store.open_with()).await?;
    let report = store.migrate().await?;
    store.close().await;
    if report.applied.is_empty() {
        println!("Nothing to do: the database is at version {} already.", report.version);
    } else {
        for version in &report.applied {
            println!("Applied migration {version}.");
        }
        println!("The database is at version {}.", report.version);
    }
    Ok(())
}
