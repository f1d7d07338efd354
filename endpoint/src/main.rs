//! The `rounds-endpoint` command.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    rounds_endpoint::cli::run().await
}
