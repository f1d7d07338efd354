//! `records`: every received record as a line of JSON.

use std::io::Write;

use super::{Database, Failure};

const PAGE: i64 = 500;

pub(super) async fn run(database: &Database) -> Result<(), Failure> {
    let opened = database.existing().await?;
    let mut out = std::io::stdout().lock();
    let mut reached = 0;
    loop {
        let page = opened.store.entries_after(reached, PAGE).await.map_err(opened.failed())?;
        let Some(last) = page.last() else { break };
        reached = i64::try_from(last.receipt.server_seq).unwrap_or(i64::MAX);
        for entry in &page {
            writeln!(out, "{}", serde_json::to_string(entry)?)?;
        }
    }
    Ok(())
}
